"""Numbers of jobs of each kind that wait, run, are frozen, or failed."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, case, func, or_, select

from mercarich_contracts.topics import JOBS
from mercarich_db import settings_store
from mercarich_db.tables import jobs
from mercarich_operator.ports import JobBook

LATELY = timedelta(hours=1)
WITHOUT_WORKER = ("preparing", "confirming")
"""Phases in which no worker takes a job: its file is still being stored, or its seller has to accept it."""


def job_books(connection: Connection, now: datetime) -> list[JobBook]:
    frozen_after = timedelta(seconds=settings_store.read(connection).integer("JOB_FROZEN_SECONDS"))
    return [_book(connection, kind, now, now - frozen_after) for kind in JOBS]


def _book(connection: Connection, kind: str, now: datetime, frozen_before: datetime) -> JobBook:
    still_open = and_(jobs.c.kind == kind, jobs.c.ended_at.is_(None), jobs.c.phase.not_in(WITHOUT_WORKER))
    due = or_(jobs.c.not_before.is_(None), jobs.c.not_before <= now)
    since = case((jobs.c.not_before > jobs.c.heartbeat_at, jobs.c.not_before), else_=jobs.c.heartbeat_at)
    waits = select(func.count(), func.min(since)).where(still_open, jobs.c.claim.is_(None), due)
    waiting, first = connection.execute(waits).one()
    with_a_worker = or_(jobs.c.attempts > 0, jobs.c.claim.is_not(None))
    owing = and_(still_open, with_a_worker, jobs.c.heartbeat_at <= frozen_before)
    failed = and_(jobs.c.kind == kind, jobs.c.state == "failed", jobs.c.ended_at > now - LATELY)
    count = select(func.count()).select_from(jobs)
    return JobBook(
        kind=kind,
        waiting=waiting,
        running=connection.execute(count.where(still_open, jobs.c.claim.is_not(None))).scalar_one(),
        frozen=connection.execute(count.where(owing)).scalar_one(),
        oldest_waiting_seconds=max(0.0, (now - first).total_seconds()) if first else 0.0,
        failed_last_hour=connection.execute(count.where(failed)).scalar_one(),
    )
