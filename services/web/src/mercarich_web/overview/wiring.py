"""Build the status of the whole system, on the queries of every subject in it."""

from sqlalchemy import Engine

from mercarich_contracts.schedule import SCHEDULE
from mercarich_platform.clock import Clock
from mercarich_platform.settings import SharedSettings
from mercarich_web.database import SqlSchema
from mercarich_web.overview.overview import ShowOverview
from mercarich_web.overview.sql import SqlStock
from mercarich_web.overview.status_report import ShowStatus
from mercarich_web.runs.sql.holds import SqlHolds
from mercarich_web.runs.sql.runs import SqlRuns
from mercarich_web.schedule.sql import SqlSchedules
from mercarich_web.sellers.sql.token_verdicts import SqlTokenVerdicts
from mercarich_web.system_settings.sql import SqlSettings
from mercarich_web.workers.pools_kafka import KafkaPools
from mercarich_web.workers.sql import SqlPools


def show_status(engine: Engine, shared: SharedSettings, now: Clock) -> ShowStatus:
    return ShowStatus(
        SqlSchema(engine),
        SqlRuns(engine),
        SqlStock(engine),
        SqlHolds(engine),
        SqlSchedules(engine),
        SCHEDULE,
        KafkaPools(shared.kafka),
        now,
    )


def show_overview(engine: Engine, now: Clock) -> ShowOverview:
    return ShowOverview(
        SqlRuns(engine),
        SqlStock(engine),
        SqlHolds(engine),
        SqlSchedules(engine),
        SqlPools(engine),
        SqlSettings(engine),
        SqlTokenVerdicts(engine),
        SCHEDULE,
        now,
    )
