"""Every eight minutes, look for jobs without progress: first take them over, later close them as failed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_reasons.jobs import ImportClosed, ImportNotAccepted, SearchClosed
from mercarich_web.jobs.jobs import ANSWER_WITHIN, Hints, Kind, Watched
from mercarich_web.jobs.sql.book import SqlJobBook

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WatchJobs:
    """`check_background_jobs`. A job is frozen when a worker has had it for the given time without progress. A job that
    waits for its turn, for a worker or for a marketplace is not frozen."""

    jobs: SqlJobBook
    hints: Hints
    discard: Callable[[int], None]
    now: Clock

    def __call__(self) -> Watched:
        settings, now = self.jobs.settings(), self.now()
        taken: list[int] = []
        closed: list[int] = []
        for job_id, kind, since in self.jobs.frozen(now - settings.frozen_after):
            if since <= now - settings.closed_after:
                minutes = int(settings.closed_after.total_seconds() // 60)
                message = SearchClosed(minutes) if kind is Kind.SEARCH else ImportClosed(minutes)
                if self.jobs.close(job_id, now - settings.closed_after, message, now):
                    log.warning("a job was closed: no progress", extra={"job": job_id, "kind": kind})
                    closed.append(job_id)
            elif self.jobs.take_over(job_id, now - settings.frozen_after, now):
                log.warning("a job was taken from its worker: no progress", extra={"job": job_id, "kind": kind})
                self.hints.waiting(kind, job_id)
                taken.append(job_id)
        for job_id in self.jobs.unanswered(now - ANSWER_WITHIN):
            if self.jobs.stop(job_id, ImportNotAccepted(ANSWER_WITHIN.days), now):
                log.info("an import was closed: nobody has accepted it", extra={"job": job_id})
                closed.append(job_id)
        leftovers = self.jobs.leftovers()
        for job_id in leftovers:
            self.discard(job_id)
        return Watched(taken, closed, len(leftovers))
