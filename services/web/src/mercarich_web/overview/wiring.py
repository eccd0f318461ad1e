"""Build the status of the whole system, on the queries of every subject in it."""

from sqlalchemy import Engine

from mercarich_contracts.schedule import SCHEDULE
from mercarich_platform.clock import Clock
from mercarich_platform.settings import SharedSettings
from mercarich_web.database import SqlSchema
from mercarich_web.marketplaces.proxies_http import HttpProxies
from mercarich_web.overview.measuring import KeepDay, MeasureSystem, MeasuringThread
from mercarich_web.overview.overview import ShowOverview
from mercarich_web.overview.sql import SqlDay, SqlStock
from mercarich_web.overview.status_report import ShowStatus
from mercarich_web.runs.sql.holds import SqlHolds
from mercarich_web.runs.sql.runs import SqlRuns
from mercarich_web.schedule.sql import SqlSchedules
from mercarich_web.sellers.sql.token_verdicts import SqlTokenVerdicts
from mercarich_web.settings import PagesSettings
from mercarich_web.troubles.sql import SqlMeasures, SqlSystem
from mercarich_web.troubles.telling import TellTroubles
from mercarich_web.workers.pools_kafka import KafkaBroker, KafkaPools


def show_status(engine: Engine, shared: SharedSettings, now: Clock) -> ShowStatus:
    return ShowStatus(
        SqlSchema(engine),
        SqlRuns(engine),
        SqlStock(engine),
        SqlHolds(engine),
        SqlSchedules(engine),
        SCHEDULE,
        KafkaPools(shared.kafka),
        SqlMeasures(engine),
        now,
    )


def measuring(engine: Engine, shared: SharedSettings, own: PagesSettings, now: Clock) -> MeasuringThread:
    urls = {name.value: url for name, url in own.proxy_urls.items()}
    broker = KafkaBroker(shared.kafka)
    measure = MeasureSystem(SqlSystem(engine), SqlMeasures(engine), HttpProxies(urls), broker, now)
    keep_day = KeepDay(SqlDay(engine), KafkaPools(shared.kafka), now)
    return MeasuringThread(lambda: keep_day(measure()), broker.close)


def show_overview(engine: Engine, now: Clock) -> ShowOverview:
    return ShowOverview(
        SqlRuns(engine),
        SqlStock(engine),
        SqlHolds(engine),
        SqlSchedules(engine),
        TellTroubles(SqlMeasures(engine), now),
        SqlTokenVerdicts(engine),
        SqlDay(engine),
        SCHEDULE,
        now,
    )
