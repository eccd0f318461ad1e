"""What a process counts of its database: connections in use and at most, and what went wrong."""

from weakref import WeakSet

from prometheus_client import Counter, Gauge
from sqlalchemy import Engine, QueuePool

IN_USE = Gauge("mercarich_db_connections_in_use", "Connections that are out of the pool")
MOST = Gauge("mercarich_db_connections_max", "Connections that the pool hands out at most")
TROUBLES = Counter(
    "mercarich_db_troubles",
    "conflict: a transaction was started again; away: the database did not answer, or no connection was free",
    ["kind"],
)
_engines: WeakSet[Engine] = WeakSet()


def watch(engine: Engine) -> None:
    """Let both gauges answer for this engine too."""
    _engines.add(engine)
    for kind in ("conflict", "away"):
        TROUBLES.labels(kind)  # a counter that is first seen at 1 has not risen for Prometheus
    IN_USE.set_function(lambda: sum(pool.checkedout() for pool in _pools()))
    MOST.set_function(lambda: sum(pool.size() + pool._max_overflow for pool in _pools()))


def _pools() -> list[QueuePool]:
    return [each.pool for each in tuple(_engines) if isinstance(each.pool, QueuePool)]
