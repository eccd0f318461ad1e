"""Queries on jobs for people; no method needs a running worker."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Engine, Select, and_, delete, exists, func, insert, or_, select, update

from mercarich_db import settings_store
from mercarich_db.engine import run_tx
from mercarich_db.tables import job_files, job_problems, job_queries, job_rows, jobs, users
from mercarich_db.types import AnyRow
from mercarich_platform.clock import Clock
from mercarich_reasons.jobs import FileNotStored
from mercarich_reasons.reason import Reason
from mercarich_web.database import reading
from mercarich_web.jobs.jobs import (
    ACCEPTED,
    FIRST_PHASE,
    Job,
    JobProblem,
    JobQuery,
    JobSettings,
    Kind,
    Phase,
    State,
    progress,
)
from mercarich_web.jobs.search_queries import Query
from mercarich_web.jobs.sql.claims import ATTEMPTS, ended, to_be_mended
from mercarich_web.jobs.sql.new_rows import query_row

PAGE = 1_000
ABANDONED_AFTER = timedelta(days=1)


class SqlJobBook:
    """The jobs for people; no method needs a running worker."""

    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def settings(self) -> JobSettings:
        with reading(self._engine) as connection:
            values = settings_store.read(connection)
        return JobSettings(
            lease=timedelta(seconds=values.integer("JOB_LEASE_SECONDS")),
            frozen_after=timedelta(seconds=values.integer("JOB_FROZEN_SECONDS")),
            closed_after=timedelta(seconds=values.integer("JOB_CLOSE_SECONDS")),
            slice_seconds=values.number("JOB_SLICE_SECONDS"),
        )

    def seller(self, username: str) -> int | None:
        with reading(self._engine) as connection:
            return connection.execute(select(users.c.id).where(users.c.username == username)).scalar()

    def open_jobs(self, user_id: int) -> int:
        count = select(func.count()).where(jobs.c.user_id == user_id, jobs.c.ended_at.is_(None))
        with reading(self._engine) as connection:
            return connection.execute(count).scalar_one()

    def start(self, user_id: int, kind: Kind, arguments: Mapping[str, Any], by: str, now: datetime) -> int:
        """Create a job, behind the seller's other jobs; the seller keeps the place in the turn. Return its id."""
        served = select(func.coalesce(func.max(jobs.c.turn), 0)).where(jobs.c.user_id == user_id, jobs.c.kind == kind)
        row = {
            "user_id": user_id,
            "kind": kind,
            "state": State.WAITING,
            "phase": Phase.PREPARING,
            "arguments": orjson.dumps(arguments).decode(),
            "cursor": "{}",
            "created_by": by[:64],
            "created_at": now,
            "heartbeat_at": now,
            **dict.fromkeys(("done", "made", "left_out", "wrong", "fence", "attempts"), 0),
        }

        def write(connection: Any) -> int:
            turn = connection.execute(served).scalar_one()
            return int(connection.execute(insert(jobs).values(**row, turn=turn)).inserted_primary_key[0])

        return run_tx(self._engine, write)

    def add_queries(self, job_id: int, queries: Sequence[Query]) -> None:
        rows = [query_row(job_id, number, query) for number, query in enumerate(queries, start=1)]
        run_tx(self._engine, lambda connection: connection.execute(insert(job_queries), rows))

    def add_chunk(self, job_id: int, place: int, data: bytes) -> None:
        row = {"job_id": job_id, "place": place, "data": data}
        run_tx(self._engine, lambda connection: connection.execute(insert(job_files).values(row)))

    def stored(self, job_id: int) -> Iterator[bytes]:
        place = -1
        while True:
            some = select(job_files).where(job_files.c.job_id == job_id, job_files.c.place > place)
            with reading(self._engine) as connection:
                row = connection.execute(some.order_by(job_files.c.place).limit(1)).one_or_none()
            if row is None:
                return
            place = row.place
            yield row.data

    def ready(
        self,
        job_id: int,
        arguments: Mapping[str, Any],
        cursor: Mapping[str, Any],
        total: int | None,
        *,
        waits_until: datetime | None = None,
    ) -> None:
        """Let workers take the job; with `waits_until`, once its seller has said which column is which. Workers of a
        release that does not know this phase keep away from it until then."""

        def write(connection: Any) -> None:
            kind = connection.execute(select(jobs.c.kind).where(jobs.c.id == job_id)).scalar_one()
            values = {
                "phase": FIRST_PHASE[Kind(kind)] if waits_until is None else Phase.MAPPING,
                "not_before": waits_until,
                "arguments": orjson.dumps(arguments).decode(),
                "cursor": orjson.dumps(cursor).decode(),
                "total": total,
            }
            waiting = and_(jobs.c.id == job_id, jobs.c.phase == Phase.PREPARING)
            connection.execute(update(jobs).where(waiting).values(values))

        run_tx(self._engine, write)

    def abandon(self, job_id: int) -> None:
        """Delete a job that never became ready."""

        def write(connection: Any) -> None:
            for table in (job_files, job_queries):
                connection.execute(delete(table).where(table.c.job_id == job_id))
            connection.execute(delete(jobs).where(jobs.c.id == job_id, jobs.c.phase == Phase.PREPARING))

        run_tx(self._engine, write)

    def list(self, username: str | None, limit: int) -> "Sequence[Job]":
        """Newest first."""
        query = _jobs().order_by(jobs.c.id.desc()).limit(limit)
        if username is not None:
            query = query.where(users.c.username == username)
        with reading(self._engine) as connection:
            return [_job(row) for row in connection.execute(query)]

    def get(self, job_id: int) -> Job | None:
        with reading(self._engine) as connection:
            row = connection.execute(_jobs().where(jobs.c.id == job_id)).one_or_none()
        return None if row is None else _job(row)

    def several(self, job_ids: Collection[int]) -> Mapping[int, Job]:
        """Return those jobs that exist, by id."""
        with reading(self._engine) as connection:
            return {row.id: _job(row) for row in connection.execute(_jobs().where(jobs.c.id.in_(job_ids)))}

    def queries(self, job_id: int) -> "Sequence[JobQuery]":
        names = ("number", "given", "marketplace", "keyword", "state", "page", "made", "problem")
        query = select(*(job_queries.c[name] for name in names)).where(job_queries.c.job_id == job_id)
        with reading(self._engine) as connection:
            return [JobQuery(**row._mapping) for row in connection.execute(query.order_by(job_queries.c.number))]

    def problems(self, job_id: int, limit: int | None) -> Iterable[JobProblem]:
        number, left = 0, limit
        while left is None or left > 0:
            some = select(job_problems).where(job_problems.c.job_id == job_id, job_problems.c.number > number)
            some = some.order_by(job_problems.c.number).limit(PAGE if left is None else min(PAGE, left))
            with reading(self._engine) as connection:
                rows = connection.execute(some).all()
            if not rows:
                return
            yield from (JobProblem(row.line, row.field, row.problem) for row in rows)
            number, left = rows[-1].number, None if left is None else left - len(rows)

    def stop(self, job_id: int, message: Reason, now: datetime) -> bool:
        """End the job at once; its worker can write nothing more. Return False when it had ended."""
        return self._end(jobs.c.id == job_id, State.STOPPED, message, now)

    def accept(self, job_id: int, now: datetime) -> bool:
        """Let workers take an import that waits for its seller. Return False when it did not."""
        waits = select(jobs.c.cursor).where(
            jobs.c.id == job_id, jobs.c.phase == Phase.CONFIRMING, jobs.c.ended_at.is_(None)
        )

        def write(connection: Any) -> bool:
            cursor = connection.execute(waits.with_for_update()).scalar()
            if cursor is None:
                return False
            text = orjson.dumps({**orjson.loads(cursor), ACCEPTED: True}).decode()
            values = {"phase": Phase.SOURCES, "cursor": text, "message": None, "heartbeat_at": now, "not_before": None}
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(values))
            return True

        return run_tx(self._engine, write)

    def map_columns(self, job_id: int, more: Mapping[str, Any], now: datetime) -> bool:
        """Let workers take an import that waits for its columns. Return False when it did not."""
        waits = select(jobs.c.arguments).where(
            jobs.c.id == job_id, jobs.c.phase == Phase.MAPPING, jobs.c.ended_at.is_(None)
        )

        def write(connection: Any) -> bool:
            arguments = connection.execute(waits.with_for_update()).scalar()
            if arguments is None:
                return False
            text = orjson.dumps({**orjson.loads(arguments), **more}).decode()
            values = {"phase": Phase.READING, "arguments": text, "heartbeat_at": now, "not_before": None}
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(values))
            return True

        return run_tx(self._engine, write)

    def unanswered(self, before: datetime) -> "Sequence[int]":
        """Return imports that have waited for their seller since before then."""
        query = select(jobs.c.id).where(
            jobs.c.phase.in_([Phase.CONFIRMING, Phase.MAPPING]),
            jobs.c.ended_at.is_(None),
            jobs.c.heartbeat_at <= before,
        )
        with reading(self._engine) as connection:
            return connection.execute(query.order_by(jobs.c.id)).scalars().all()

    def skip(self, job_id: int, number: int) -> bool:
        """Skip a waiting query. Return False when it was not waiting."""
        waiting = and_(job_queries.c.job_id == job_id, job_queries.c.number == number, job_queries.c.state == "waiting")
        skip = update(job_queries).where(waiting).values(state="skipped")
        return run_tx(self._engine, lambda connection: connection.execute(skip).rowcount) == 1

    def frozen(self, before: datetime) -> "Sequence[tuple[int, Kind, datetime]]":
        """Return open jobs whose worker has made no progress since `before`: id, kind, time of the last progress."""
        query = select(jobs.c.id, jobs.c.kind, jobs.c.heartbeat_at).where(_still_since(before)).order_by(jobs.c.id)
        with reading(self._engine) as connection:
            return [(row.id, Kind(row.kind), row.heartbeat_at) for row in connection.execute(query)]

    def take_over(self, job_id: int, before: datetime, now: datetime) -> bool:
        """Free a job whose claim is older than `before`, or that no worker takes any more; its cursor stays.

        Return False when it is free already, or a worker has claimed it meanwhile.
        """
        stuck = or_(jobs.c.claimed_at <= before, jobs.c.attempts >= ATTEMPTS)
        which = and_(jobs.c.id == job_id, _still_since(before), jobs.c.claim.is_not(None), stuck)
        free = {"fence": jobs.c.fence + 1, "claim": None, "claimed_at": None, "claim_until": None, "attempts": 1}
        return run_tx(self._engine, lambda c: c.execute(update(jobs).where(which).values(free)).rowcount) == 1

    def close(self, job_id: int, before: datetime, message: Reason, now: datetime) -> bool:
        """Fail a job that has made no progress since `before`."""
        return self._end(and_(jobs.c.id == job_id, _still_since(before)), State.FAILED, message, now)

    def leftovers(self) -> "Sequence[int]":
        """Return ended jobs that still have staged rows, and jobs that did not become ready within a day."""
        rows, file = (exists().where(table.c.job_id == jobs.c.id) for table in (job_rows, job_files))
        staged = or_(rows, and_(file, ~to_be_mended(self._now())))
        forgotten = and_(jobs.c.phase == Phase.PREPARING, jobs.c.created_at < self._now() - ABANDONED_AFTER)
        with reading(self._engine) as connection:
            never = connection.execute(select(jobs.c.id).where(forgotten)).scalars().all()
            done = connection.execute(select(jobs.c.id).where(jobs.c.ended_at.is_not(None), staged)).scalars().all()
        for job_id in never:
            self._end(jobs.c.id == job_id, State.FAILED, FileNotStored(), self._now())
        return sorted({*never, *done})

    def _end(self, which: ColumnElement[bool], state: State, message: Reason, now: datetime) -> bool:
        """End the job and raise its fence, so that a worker that still has it writes nothing more."""
        values = {**ended(state, message, now), "fence": jobs.c.fence + 1}
        end = update(jobs).where(which, jobs.c.ended_at.is_(None)).values(values)
        return run_tx(self._engine, lambda connection: connection.execute(end).rowcount) == 1


def _still_since(before: datetime) -> ColumnElement[bool]:
    """A worker should have made progress since then: it has the job, or had it and made none.

    A worker that has sent no heartbeat is included. A job that was given back waits in the queue and is not.
    """
    owing = or_(jobs.c.attempts > 0, jobs.c.claim.is_not(None))
    return and_(jobs.c.ended_at.is_(None), owing, jobs.c.heartbeat_at <= before)


_SHOWN = (
    *("id", "kind", "state", "phase", "arguments", "cursor", "total", "done", "made", "left_out", "wrong", "message"),
    *("created_by", "created_at", "heartbeat_at", "ended_at", "not_before", "claim", "attempts"),
)


def _jobs() -> Select[Any]:
    return select(*(jobs.c[name] for name in _SHOWN), users.c.username).join(users, users.c.id == jobs.c.user_id)


def _job(row: AnyRow) -> Job:
    values = dict(row._mapping)
    values["arguments"] = orjson.loads(row.arguments)
    values["cursor"] = cursor = orjson.loads(row.cursor)
    return Job(**values, progress=progress(row.state, row.phase, row.done, row.total, cursor))
