"""The brake's settings, which people change while it works, read from the settings table."""

from datetime import timedelta

from sqlalchemy import Connection

from mercarich_db import settings_store
from mercarich_runs.domain.brake import BrakeSettings


def brake_settings(connection: Connection) -> BrakeSettings:
    values = settings_store.read(connection)
    return BrakeSettings(
        listings=values.integer("BRAKE_LISTINGS"),
        share=values.number("BRAKE_SHARE"),
        marketplace_listings=values.integer("BRAKE_MARKETPLACE_LISTINGS"),
        marketplace_share=values.number("BRAKE_MARKETPLACE_SHARE"),
        absent_share=values.number("BRAKE_ABSENT_SHARE"),
        confirm_after=timedelta(seconds=values.integer("BRAKE_CONFIRM_SECONDS")),
        unknown_limit=values.integer("CHECK_UNKNOWNS"),
        retry_seconds=values.integer("CHECK_RETRY_SECONDS"),
    )
