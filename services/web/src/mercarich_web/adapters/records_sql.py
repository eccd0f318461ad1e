"""`ports.Records` over the tables. What is still of use stays, however old it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Engine, Table, and_, delete, func, select, tuple_

from mercarich_db import settings_store
from mercarich_db.tables import (
    job_files,
    job_problems,
    job_queries,
    job_rows,
    jobs,
    revival_candidates,
    revivals,
    schedule_runs,
    token_checks,
)
from mercarich_web.adapters.database import reading, writing
from mercarich_web.domain.expiry import Record

CHILDREN = (job_problems, job_queries, job_rows, job_files)


@dataclass(frozen=True, slots=True)
class _Kept:
    table: Table
    since: Column[Any]
    setting: str
    free: ColumnElement[bool] | None = None
    """Only these may go."""


def _newest_start() -> ColumnElement[Any]:
    """Of the same row of the schedule: what is overdue is told by it."""
    other = schedule_runs.alias("other")
    return select(func.max(other.c.slot)).where(other.c.name == schedule_runs.c.name).scalar_subquery()


_KEPT: Mapping[Record, _Kept] = {
    Record.STARTS: _Kept(
        schedule_runs, schedule_runs.c.started_at, "KEEP_STARTS_DAYS", schedule_runs.c.slot < _newest_start()
    ),
    Record.TOKEN_CHECKS: _Kept(
        token_checks,
        token_checks.c.started_at,
        "KEEP_STARTS_DAYS",
        token_checks.c.id < select(func.max(token_checks.c.id)).scalar_subquery(),
    ),
    Record.JOBS: _Kept(jobs, jobs.c.ended_at, "KEEP_JOBS_DAYS"),
    # One that was taken back is never taken for its listing again, and one that waits for a person waits.
    Record.REPLACEMENTS: _Kept(
        revivals, revivals.c.at, "KEEP_REVIVALS_DAYS", revivals.c.state.in_(("applied", "lapsed"))
    ),
    Record.CANDIDATES: _Kept(revival_candidates, revival_candidates.c.searched_at, "KEEP_REVIVALS_DAYS"),
}


class SqlRecords:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def kept_days(self) -> Mapping[Record, int]:
        with reading(self._engine) as connection:
            values = settings_store.read(connection)
        return {record: values.integer(kept.setting) for record, kept in _KEPT.items()}

    def count(self, record: Record, before: datetime) -> int:
        kept = _KEPT[record]
        with reading(self._engine) as connection:
            old = select(func.count()).select_from(kept.table).where(_old(kept, before))
            return connection.execute(old).scalar_one()

    def delete(self, record: Record, before: datetime, limit: int) -> int:
        kept = _KEPT[record]
        key = tuple(kept.table.primary_key)
        some = select(*key).where(_old(kept, before)).order_by(*key).limit(limit)
        with reading(self._engine) as connection:
            found = [tuple(row) for row in connection.execute(some)]
        if not found:
            return 0
        if record is Record.JOBS:
            for job_id, *_ in found:
                self._empty(job_id, limit)
        these = tuple_(*key).in_(found) if len(key) > 1 else key[0].in_([row[0] for row in found])
        gone = delete(kept.table).where(these, _old(kept, before))
        return writing(self._engine, lambda connection: connection.execute(gone).rowcount)

    def _empty(self, job_id: int, limit: int) -> None:
        """An import may have found a problem in each of its rows."""
        for table in CHILDREN:
            while writing(self._engine, partial(_delete_some, table=table, job_id=job_id, limit=limit)):
                continue


def _old(kept: _Kept, before: datetime) -> ColumnElement[bool]:
    old = kept.since <= before
    return old if kept.free is None else and_(old, kept.free)


def _delete_some(connection: Connection, table: Table, job_id: int, limit: int) -> int:
    _, number = table.primary_key
    mine = table.c.job_id == job_id
    numbers = connection.execute(select(number).where(mine).order_by(number).limit(limit)).scalars().all()
    return connection.execute(delete(table).where(mine, number <= numbers[-1])).rowcount if numbers else 0
