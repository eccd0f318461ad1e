"""The composition root of the operator's pages."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_platform.settings import SharedSettings
from mercarich_web.adapters.holds_sql import SqlHolds
from mercarich_web.adapters.pools_kafka import KafkaPools
from mercarich_web.adapters.run_shelf_sql import SqlHoldShelf, SqlRunShelf
from mercarich_web.adapters.runs_sql import SqlRuns
from mercarich_web.adapters.settings_sql import SqlPools, SqlSettings
from mercarich_web.pages.operating import holds, pools, runs
from mercarich_web.site.rendering import Site
from mercarich_web.use_cases.holds import ReleaseHold
from mercarich_web.use_cases.pools import PoolDesk
from mercarich_web.use_cases.queues import ShowQueues
from mercarich_web.use_cases.runs import ShowRun
from mercarich_web.use_cases.steering import BrowseHolds, BrowseRuns


def operating(engine: Engine, site: Site, shared: SharedSettings, now: Clock) -> Sequence[APIRouter]:
    settings = SqlSettings(engine)
    queues = ShowQueues(KafkaPools(shared.kafka_bootstrap), SqlRuns(engine))
    hold_book, run_book = SqlHolds(engine), SqlRuns(engine)
    return [
        pools.routes(site, PoolDesk(SqlPools(engine), settings, now), queues),
        runs.routes(site, BrowseRuns(SqlRunShelf(engine)), ShowRun(run_book, hold_book)),
        holds.routes(site, BrowseHolds(hold_book, SqlHoldShelf(engine)), ReleaseHold(hold_book, now)),
    ]
