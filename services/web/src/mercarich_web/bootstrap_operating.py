"""The composition root of the operator's pages."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_platform.settings import SharedSettings
from mercarich_web.adapters.pools_kafka import KafkaPools
from mercarich_web.adapters.runs_sql import SqlRuns
from mercarich_web.adapters.settings_sql import SqlPools, SqlSettings
from mercarich_web.pages.operating import pools
from mercarich_web.site.rendering import Site
from mercarich_web.use_cases.pools import PoolDesk
from mercarich_web.use_cases.queues import ShowQueues


def operating(engine: Engine, site: Site, shared: SharedSettings, now: Clock) -> Sequence[APIRouter]:
    settings = SqlSettings(engine)
    queues = ShowQueues(KafkaPools(shared.kafka_bootstrap), SqlRuns(engine))
    return [pools.routes(site, PoolDesk(SqlPools(engine), settings, now), queues)]
