"""Build the use cases of pools, queues and dead letters, on their queries and the broker."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_platform.settings import SharedSettings
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.runs.sql.runs import SqlRuns
from mercarich_web.site.rendering import Site
from mercarich_web.system_settings.sql import SqlSettings
from mercarich_web.workers.backlog import ShowQueues
from mercarich_web.workers.dead_letters_kafka import KafkaDeadLetters
from mercarich_web.workers.environment import WorkerEnvironment
from mercarich_web.workers.pages import dead_letters, pools
from mercarich_web.workers.pool_settings import PoolDesk
from mercarich_web.workers.pools_kafka import KafkaPools
from mercarich_web.workers.replaying import DeadLetterDesk
from mercarich_web.workers.sql import SqlPools


def pages(engine: Engine, shared: SharedSettings, site: Site, now: Clock) -> Sequence[APIRouter]:
    desk = PoolDesk(SqlPools(engine), SqlSettings(engine), now)
    return [
        pools.routes(site, desk, show_queues(engine, shared)),
        dead_letters.routes(site, dead_letter_desk(engine, shared, now)),
    ]


def show_queues(engine: Engine, shared: SharedSettings) -> ShowQueues:
    return ShowQueues(KafkaPools(shared.kafka), SqlRuns(engine))


def dead_letter_desk(engine: Engine, shared: SharedSettings, now: Clock) -> DeadLetterDesk:
    return DeadLetterDesk(KafkaDeadLetters(shared.kafka), SqlAudit(engine), now)


def worker_environment(engine: Engine, now: Clock) -> WorkerEnvironment:
    return WorkerEnvironment(SqlSettings(engine), SqlPools(engine), now)
