"""Freeze and take over: a worker freezes during a bulk search, and `check_background_jobs` gives the job to another
one."""

import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from mercarich_db.engine import reading
from mercarich_db.tables import jobs, listings
from mercarich_db.types import AnyRow
from mercarich_local.demo_stage import Problem, Stage, clock
from mercarich_local.demo_way.cast import Cast, offers_on_sale

WORKER = "jobs-search"
KEYWORDS = 40
"""Keywords of the search: some ten seconds of work, in which the worker can be stopped between two transactions."""
FROZEN_SECONDS = 10
"""JOB_FROZEN_SECONDS in the demo: the smallest value that the setting allows. The default is 15 minutes."""
TRIES, BETWEEN_SECONDS = 20, 0.02
"""Attempts to stop the worker, and seconds between them. In a longer time it would finish before it is stopped."""
STOP_SECONDS = 0.1
"""Until each thread of a stopped process has stopped, and takes no lock any more."""
BEGIN_SECONDS = 20.0
END_SECONDS = 60.0


def play(stage: Stage, cast: Cast) -> dict[str, object]:
    stage.title("Freeze: a worker freezes in the middle of a seller's bulk search")
    seller = cast.expiring
    words = [offer.title for offer in offers_on_sale(stage.engine, seller)[:KEYWORDS]]
    stage.command_line("job start search --username", seller.username, f"'{words[0]}' … ({len(words)} keywords)")
    job_id = int(stage.answer("job", "start", "search", "--username", seller.username, *words)["id"])
    _freeze(stage, job_id)
    try:
        return _take_over(stage, job_id)
    finally:
        stage.signal(WORKER, signal.SIGCONT)


def _freeze(stage: Stage, job_id: int) -> None:
    """Stop the worker by SIGSTOP between two transactions. If it froze holding SQLite's only write lock, it would block
    every process."""

    def frozen() -> bool:
        if not _job(stage, job_id).done:
            return False
        for _ in range(TRIES):
            stage.signal(WORKER, signal.SIGSTOP)
            stage.stop.wait(STOP_SECONDS)
            if not _locked(stage) and _job(stage, job_id).claim is not None:
                return True
            stage.signal(WORKER, signal.SIGCONT)
            stage.stop.wait(BETWEEN_SECONDS)
        return False

    stage.until(frozen, f"{WORKER} frozen in the middle of job {job_id}", BEGIN_SECONDS)
    job = _job(stage, job_id)
    if job.ended_at is not None:
        raise Problem(f"job {job_id} had ended before its worker was frozen")
    stage.tell(f"SIGSTOP at {clock(datetime.now(UTC))}: {job.done} of {job.total} searches, {job.made} drafts so far")


def _take_over(stage: Stage, job_id: int) -> dict[str, object]:
    stage.title("Take over: check_background_jobs gives the job alone to another worker, from its cursor")
    frozen = _job(stage, job_id)
    stage.machine.command(f"{WORKER}-2", ("mercarich-web", "worker", "--jobs", "search"))
    since = max(frozen.heartbeat_at, frozen.claimed_at) + timedelta(seconds=FROZEN_SECONDS)
    stage.until(lambda: datetime.now(UTC) > since, f"{FROZEN_SECONDS} s without progress", END_SECONDS)
    stage.command_line("check_background_jobs")
    taken = stage.answer("check_background_jobs")["taken_over"]
    if taken != [job_id]:
        raise Problem(f"check_background_jobs took over {taken}, not job {job_id}")
    still = (datetime.now(UTC) - frozen.heartbeat_at).total_seconds()
    stage.tell(f"Job {job_id} is taken over after {still:.0f} s without progress; no other job is affected")
    stage.until(lambda: _job(stage, job_id).done > frozen.done, f"job {job_id} went on", END_SECONDS)
    stage.tell(f"Another worker continues at search {frozen.done + 1}")
    stage.until(lambda: _job(stage, job_id).ended_at is not None, f"job {job_id} ended", END_SECONDS)
    ended = _job(stage, job_id)
    stage.tell(
        f"Job {job_id} {ended.state} at {clock(ended.ended_at)}: {ended.done} of {ended.total} searches,"
        f" {ended.made} drafts"
    )
    stage.signal(WORKER, signal.SIGCONT)
    stage.stop.wait(1)
    after = _job(stage, job_id)
    drafts = _drafts(stage, ended.user_id)
    if (after.done, after.made) != (ended.done, ended.made) or drafts != ended.made:
        raise Problem(f"job {job_id} counts {after.made} drafts where there are {drafts}")
    stage.tell(f"The first worker thaws and writes nothing more: {drafts} drafts, none of them twice")
    return {"job": job_id, "taken_over": taken, "frozen_at": frozen.done, "searches": ended.total, "drafts": drafts}


def _job(stage: Stage, job_id: int) -> AnyRow:
    with reading(stage.engine) as connection:
        return connection.execute(select(jobs).where(jobs.c.id == job_id)).one()


def _drafts(stage: Stage, user_id: int) -> int:
    mine = (listings.c.user_id == user_id, ~listings.c.listed)
    with reading(stage.engine) as connection:
        return connection.execute(select(func.count()).select_from(listings).where(*mine)).scalar_one()


def _locked(stage: Stage) -> bool:
    try:
        with closing(sqlite3.connect(str(stage.engine.url.database), timeout=0.2)) as own:
            own.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    return False
