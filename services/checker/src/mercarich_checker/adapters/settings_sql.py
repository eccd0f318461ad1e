"""The checker's settings that people change while it runs, read from the settings table."""

from datetime import timedelta

from sqlalchemy import Connection

from mercarich_checker.domain.canaries import BadCanaries, Canary, read_canaries
from mercarich_checker.use_cases.rounds import RunSettings
from mercarich_contracts.market import Marketplace
from mercarich_db import settings_store
from mercarich_platform.settings import BadConfiguration
from mercarich_runs.use_cases.publish import PublishSettings


def watch_share(connection: Connection) -> float:
    return settings_store.read(connection).number("WATCH_SHARE")


def run_settings(values: settings_store.Values, deadline: timedelta) -> RunSettings:
    return RunSettings(
        publish=PublishSettings(
            batch_items=values.integer("CHECK_BATCH_ITEMS"),
            unfinished_batches=values.integer("INV_QUEUE_ENOUGH_JOB_COUNT"),
            republish_after=timedelta(seconds=values.integer("CHECK_REPUBLISH_SECONDS")),
            attempts=values.integer("CHECK_ATTEMPTS"),
        ),
        unparsable_share=values.number("BRAKE_UNPARSABLE_SHARE"),
        confirm_after=timedelta(seconds=values.integer("BRAKE_CONFIRM_SECONDS")),
        deadline=deadline,
    )


def configured_canaries(values: settings_store.Values, marketplace: Marketplace) -> tuple[Canary, ...]:
    """Return the configured canaries. Raises `BadConfiguration` when the setting cannot be parsed."""
    key = f"CANARY_ITEMS_{marketplace.upper()}"
    try:
        return read_canaries(values.text(key), marketplace)
    except BadCanaries as error:
        raise BadConfiguration(f"setting {key}: {error}") from None
