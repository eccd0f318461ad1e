"""What waits in Kafka, and which workers take it."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_platform.outages import BrokerAway
from mercarich_web.runs.sql.runs import SqlRuns
from mercarich_web.workers.pools_kafka import KafkaPools
from mercarich_web.workers.queues import Pool, Queues, Reach


@dataclass(frozen=True, slots=True)
class ShowQueues:
    """Workers, lag and age of each pool, and the rows that running runs still want."""

    pools: KafkaPools
    runs: SqlRuns

    def __call__(self) -> Queues:
        broker, pools = reach_pools(self.pools)
        return Queues(broker, pools, self.runs.unfinished())


def reach_pools(pools: KafkaPools) -> tuple[Reach, Sequence[Pool]]:
    try:
        return Reach(pools.where, ok=True), pools.states()
    except BrokerAway as away:
        return away_from(pools.where, away), ()


def away_from(where: str, away: Exception) -> Reach:
    return Reach(where, ok=False, away=True, problem=str(away))
