"""The composition root: environment in, the questions that can be asked out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from mercarich_contracts.schedule import SCHEDULE
from mercarich_db import engine as engines
from mercarich_platform.clock import Clock, utc_now
from mercarich_platform.front import installed
from mercarich_platform.settings import SharedSettings
from mercarich_web import ports, use_cases
from mercarich_web.adapters.database import SqlSchema
from mercarich_web.adapters.holds_sql import SqlHolds
from mercarich_web.adapters.offers_sql import SqlOffers
from mercarich_web.adapters.pools_kafka import KafkaPools
from mercarich_web.adapters.runs_sql import SqlRuns
from mercarich_web.adapters.schedules_sql import SqlSchedules
from mercarich_web.adapters.settings_sql import SqlPools, SqlSettings
from mercarich_web.adapters.stock_sql import SqlStock


@dataclass(frozen=True, slots=True)
class Questions:
    """Every use case, ready to be called; nothing is connected before the first call."""

    schema: ports.Schema
    status: use_cases.ShowStatus
    queues: use_cases.ShowQueues
    list_runs: use_cases.ListRuns
    show_run: use_cases.ShowRun
    explain: use_cases.Explain
    list_holds: use_cases.ListHolds
    release_hold: use_cases.ReleaseHold
    show_pools: use_cases.ShowPools
    list_settings: use_cases.ListSettings
    get_setting: use_cases.GetSetting
    set_setting: use_cases.SetSetting
    setting_history: use_cases.ShowSettingHistory


@contextmanager
def questions(settings: SharedSettings, now: Clock = utc_now) -> Iterator[Questions]:
    """Raises `BadConfiguration` when the database's address cannot be read."""
    engine = engines.create(settings.database)
    try:
        yield _questions(engine, settings.kafka_bootstrap, now)
    finally:
        engine.dispose()


def _questions(engine: Engine, bootstrap: str, now: Clock) -> Questions:
    schema = SqlSchema(engine)
    runs, holds, offers = SqlRuns(engine), SqlHolds(engine), SqlOffers(engine)
    pools, settings = KafkaPools(bootstrap), SqlSettings(engine)
    return Questions(
        schema=schema,
        status=use_cases.ShowStatus(
            schema=schema,
            runs=runs,
            stock=SqlStock(engine),
            holds=holds,
            schedules=SqlSchedules(engine),
            timetable=[row for row in SCHEDULE if row.command[0] in installed()],
            pools=pools,
            now=now,
        ),
        queues=use_cases.ShowQueues(pools, runs),
        list_runs=use_cases.ListRuns(runs),
        show_run=use_cases.ShowRun(runs, holds),
        explain=use_cases.Explain(offers, holds, now),
        list_holds=use_cases.ListHolds(holds),
        release_hold=use_cases.ReleaseHold(holds, now),
        show_pools=use_cases.ShowPools(SqlPools(engine), settings, now),
        list_settings=use_cases.ListSettings(settings),
        get_setting=use_cases.GetSetting(settings),
        set_setting=use_cases.SetSetting(settings, now),
        setting_history=use_cases.ShowSettingHistory(settings),
    )
