"""Claims of jobs, in turn over the sellers, and the fence around every write."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Column, ColumnElement, Connection, Engine, and_, delete, func, or_, select, update

from mercarich_db.engine import run_tx
from mercarich_db.tables import job_files, job_rows, jobs
from mercarich_db.types import AnyRow
from mercarich_platform.clock import Clock
from mercarich_reasons.reason import Reason
from mercarich_web.database import reading
from mercarich_web.jobs.jobs import ANSWER_WITHIN, MENDABLE_FOR, Claim, Kind, Overtaken, Phase, State

log = logging.getLogger(__name__)

ROWS_DELETED = 5_000
_ROUNDS = 20
ATTEMPTS = 3
"""Consecutive claims without progress after which no worker takes a job, since the job may be what kills them. The
watch then decides."""
_FREE = {"claim": None, "claimed_at": None, "claim_until": None}


class SqlDesk:
    """Claims of one worker; a job stays with it for `lease` without progress."""

    def __init__(self, engine: Engine, lease: Callable[[], timedelta], now: Clock) -> None:
        self.engine = engine
        self._lease = lease
        self._now = now

    def claim(self, kind: Kind, worker: str, now: datetime) -> Claim | None:
        """Claim the next job and move its seller to the end of the turn. None when no job waits."""
        lease = self._lease()
        return run_tx(self.engine, lambda connection: _claim(connection, kind, worker, now, lease))

    def release(self, claim: Claim) -> None:
        """Give the job back, so that the next seller has a turn."""
        self._write(claim, _FREE)

    def put_off(self, claim: Claim, until: datetime, why: Reason) -> None:
        self._write(claim, {**_FREE, "not_before": until, "message": why})

    def ask(self, claim: Claim, why: Reason, cursor: Mapping[str, Any]) -> None:
        """Give the job back, and let no worker take it before its seller accepts it. Raises `Overtaken`.

        Workers of a release that does not know the phase keep away from it by `not_before`.
        """
        text, until = orjson.dumps(cursor).decode(), self._now() + ANSWER_WITHIN
        values = {"phase": Phase.CONFIRMING, "cursor": text, "message": why, "not_before": until}
        self._write(claim, _FREE | values)

    def end(self, claim: Claim, state: State, message: Reason | None, now: datetime) -> None:
        self._write(claim, ended(state, message, now))

    def advance(self, connection: Connection, claim: Claim, cursor: Mapping[str, Any], **values: Any) -> Claim:
        """Move the job's cursor within the transaction. Raises `Overtaken`."""
        text = orjson.dumps(cursor).decode()
        write_claimed(connection, claim, {**self._alive(), "cursor": text, "message": None, **values})
        known = {key: values[key] for key in ("done", "wrong", "total", "phase") if key in values}
        return replace(claim, cursor=cursor, **known)

    def discard(self, job_id: int) -> None:
        """Delete what an ended job staged, except a file that is to be mended. Safe to repeat."""
        mend = select(jobs.c.id).where(jobs.c.id == job_id, to_be_mended(self._now()))
        with reading(self.engine) as connection:
            file = () if connection.execute(mend).first() is not None else (job_files.c.place,)
        for column in (job_rows.c.number, *file):
            while run_tx(self.engine, partial(_delete_some, column=column, job_id=job_id)):
                pass

    def _write(self, claim: Claim, values: Mapping[str, Any]) -> None:
        run_tx(self.engine, lambda connection: write_claimed(connection, claim, {**self._alive(), **values}))

    def _alive(self) -> dict[str, Any]:
        now = self._now()
        return {"heartbeat_at": now, "claim_until": now + self._lease(), "attempts": 0}


def write_claimed(connection: Connection, claim: Claim, values: Mapping[str, Any]) -> None:
    """Write the job's row if the claim is still ours; the row stays locked until the transaction ends. Raises
    `Overtaken`."""
    ours = and_(jobs.c.id == claim.job_id, jobs.c.fence == claim.fence, jobs.c.ended_at.is_(None))
    if connection.execute(update(jobs).where(ours).values(**values)).rowcount != 1:
        raise Overtaken


def to_be_mended(now: datetime) -> ColumnElement[bool]:
    """Imports whose rows were wrong; their files are kept for a while, so that the sellers can mend them."""
    wrong = and_(jobs.c.wrong > 0, jobs.c.done > 0)
    return and_(jobs.c.state.in_([State.FAILED, State.FINISHED]), wrong, jobs.c.ended_at > now - MENDABLE_FOR)


def ended(state: State, message: Reason | None, now: datetime) -> dict[str, Any]:
    """Return the columns of a job that ends."""
    return {
        "state": state,
        "phase": Phase.ENDED,
        "message": message,
        "ended_at": now,
        "not_before": None,
        **_FREE,
    }


def open_jobs(kind: Kind | str, now: datetime) -> ColumnElement[bool]:
    """Jobs that a worker may claim now."""
    return and_(
        jobs.c.kind == kind,
        jobs.c.ended_at.is_(None),
        jobs.c.phase.not_in([Phase.PREPARING, Phase.MAPPING, Phase.CONFIRMING]),
        jobs.c.attempts < ATTEMPTS,
        or_(jobs.c.claim_until.is_(None), jobs.c.claim_until <= now),
        or_(jobs.c.not_before.is_(None), jobs.c.not_before <= now),
    )


def _claim(connection: Connection, kind: Kind, worker: str, now: datetime, lease: timedelta) -> Claim | None:
    """Claim the job of the seller who was served longest ago and who has no job of this kind with a worker."""
    served = jobs.alias("served")
    busy = select(served.c.user_id).where(
        served.c.kind == kind, served.c.ended_at.is_(None), served.c.claim_until > now
    )
    waiting = and_(open_jobs(kind, now), jobs.c.user_id.not_in(busy))
    first = select(jobs.c.id, jobs.c.fence, jobs.c.user_id).where(waiting).order_by(jobs.c.turn, jobs.c.id).limit(1)
    others: list[int] = []
    for _ in range(_ROUNDS):
        found = connection.execute(first.where(jobs.c.user_id.not_in(others))).one_or_none()
        if found is None:
            return None
        mine = and_(jobs.c.id == found.id, jobs.c.fence == found.fence, open_jobs(kind, now))
        # A locked job is being claimed, applied or stopped at this moment: skip it, so that the next seller does not
        # wait.
        row = connection.execute(select(jobs).where(mine).with_for_update(skip_locked=True)).one_or_none()
        if row is not None:
            return _take(connection, row, worker, now, lease)
        others.append(found.user_id)
    return None


def _take(connection: Connection, row: AnyRow, worker: str, now: datetime, lease: timedelta) -> Claim:
    last = select(func.coalesce(func.max(jobs.c.turn), 0)).where(jobs.c.kind == row.kind)
    turn = connection.execute(last).scalar_one() + 1
    sellers = and_(jobs.c.user_id == row.user_id, jobs.c.kind == row.kind, jobs.c.ended_at.is_(None))
    connection.execute(update(jobs).where(sellers).values(turn=turn))
    if row.attempts:
        log.warning("a job is taken over from its cursor", extra={"job": row.id, "from": row.claim})
    connection.execute(
        update(jobs)
        .where(jobs.c.id == row.id)
        .values(
            state=State.RUNNING,
            fence=row.fence + 1,
            claim=worker[:64],
            claimed_at=now,
            claim_until=now + lease,
            not_before=None,
            heartbeat_at=row.heartbeat_at if row.attempts else now,
            attempts=row.attempts + 1,
        )
    )
    return Claim(
        job_id=row.id,
        user_id=row.user_id,
        kind=Kind(row.kind),
        fence=row.fence + 1,
        phase=Phase(row.phase),
        arguments=orjson.loads(row.arguments),
        cursor=orjson.loads(row.cursor),
        done=row.done,
        wrong=row.wrong,
        total=row.total,
        by=row.created_by,
    )


def _delete_some(connection: Connection, column: Column[int], job_id: int) -> int:
    mine = column.table.c.job_id == job_id
    some = select(column).where(mine).order_by(column).limit(ROWS_DELETED)
    numbers = connection.execute(some).scalars().all()
    if not numbers:
        return 0
    return connection.execute(delete(column.table).where(mine, column <= numbers[-1])).rowcount
