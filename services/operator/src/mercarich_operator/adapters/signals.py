"""`ports.Signals`: the Kafka lag of each pool's group, and the number of rows that wait for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, or_, select

from mercarich_contracts.capacity import useful_checkers
from mercarich_contracts.pools import Backlog
from mercarich_contracts.topics import CHECK, JOBS, LISTINGS_CHANGED, UPDATE
from mercarich_db.capacity import measured
from mercarich_db.tables import jobs, listings, runs, source_items
from mercarich_listings.waiting import not_deferred, pending
from mercarich_operator.adapters.database import reading
from mercarich_operator.adapters.jobs_book_sql import WITHOUT_WORKER
from mercarich_operator.domain.pools import Pool
from mercarich_operator.ports import Signal
from mercarich_platform import kafka
from mercarich_platform.clock import Clock

MOST_ROWS = 100_000
"""Rows are counted up to this: far more than any pool can handle, and counting millions every few seconds is costly."""
LOST_AFTER = timedelta(minutes=5)
"""Silence of a planner after which its run is taken as lost: it publishes nothing for workers."""
_CHECKS = {topic.name: marketplace.value for marketplace, topic in CHECK.items()}
_UPDATES = {topic.name: marketplace.value for marketplace, topic in UPDATE.items()}
_JOBS = {topic.name: kind for kind, topic in JOBS.items()}


class KafkaAndRows:
    def __init__(self, broker: kafka.Broker | str, engine: Engine, now: Clock) -> None:
        self._broker = broker
        self._engine = engine
        self._now = now

    def read(self, pools: Sequence[Pool]) -> Mapping[str, Signal]:
        with reading(self._engine) as connection:
            rows = {pool.name: _rows(connection, pool.contract.topic, self._now()) for pool in pools}
            useful = {name.value: useful_checkers(known) for name, known in measured(connection).items()}
        states = kafka.group_states(self._broker, [(pool.contract.group, pool.contract.topic) for pool in pools])
        return {
            pool.name: Signal(
                Backlog(state.lag, rows[pool.name]),
                state.partitions or None,
                useful.get(_CHECKS.get(pool.contract.topic, "")),
                state.members or 0,
                state.oldest_age_seconds or 0.0,
            )
            for pool, state in zip(pools, states, strict=True)
        }


def _rows(connection: Connection, topic: str, now: datetime) -> int:
    if topic == LISTINGS_CHANGED.name:
        return _count(connection, listings.c.id, and_(pending(), not_deferred(now)))
    if topic in _CHECKS:
        found = _working(connection, "check", _CHECKS[topic], now)
        return _count(connection, source_items.c.id, source_items.c.check_run.in_(found)) if found else 0
    if topic in _UPDATES:
        found = _working(connection, "update", _UPDATES[topic], now)
        return _count(connection, listings.c.id, listings.c.update_run.in_(found)) if found else 0
    if topic in _JOBS:
        return _count(connection, jobs.c.id, _open(_JOBS[topic], now))
    return 0


def _working(connection: Connection, operation: str, marketplace: str, now: datetime) -> Sequence[int]:
    """Return ids of runs that publish batches for workers now."""
    working = select(runs.c.id).where(
        runs.c.operation == operation,
        runs.c.marketplace == marketplace,
        runs.c.outcome == "running",
        runs.c.phase != "held",  # nothing is published until its canaries answer
        runs.c.heartbeat_at > now - LOST_AFTER,
    )
    return connection.execute(working).scalars().all()


def _open(kind: str, now: datetime) -> ColumnElement[bool]:
    """SQL condition: sellers' jobs that a worker has or may take."""
    due = or_(jobs.c.not_before.is_(None), jobs.c.not_before <= now)
    return and_(jobs.c.kind == kind, jobs.c.ended_at.is_(None), jobs.c.phase.not_in(WITHOUT_WORKER), due)


def _count(connection: Connection, column: ColumnElement[int], where: ColumnElement[bool]) -> int:
    some = select(column).where(where).limit(MOST_ROWS).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())
