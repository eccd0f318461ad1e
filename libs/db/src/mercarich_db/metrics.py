"""Metrics of a process's database use: connections in use, their maximum, and failures."""

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
CLOCK_OFFSET = Gauge(
    "mercarich_clock_offset_seconds",
    "Time by which the database's clock is ahead of this machine's; 0 on SQLite",
)
_engines: WeakSet[Engine] = WeakSet()


def watch(engine: Engine) -> None:
    """Include this engine in both gauges."""
    _engines.add(engine)
    for kind in ("conflict", "away"):
        TROUBLES.labels(kind)  # start at 0: Prometheus sees no increase in a counter whose first value is 1
    IN_USE.set_function(lambda: sum(pool.checkedout() for pool in _pools()))
    MOST.set_function(lambda: sum(pool.size() + pool._max_overflow for pool in _pools()))


def _pools() -> list[QueuePool]:
    return [each.pool for each in tuple(_engines) if isinstance(each.pool, QueuePool)]
