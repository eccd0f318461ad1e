"""One worker's slice of one job: claim it in turn, work on it for seconds, give it back for the next seller."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from mercarich_platform.clock import Clock, Monotonic
from mercarich_web.jobs.jobs import Claim, Kind, Overtaken, WaitsForSeller
from mercarich_web.jobs.search_queries import MarketAway
from mercarich_web.jobs.sql.claims import SqlDesk

log = logging.getLogger(__name__)

Step = Callable[[Claim], Claim | None]
"""Makes a little progress in one transaction; returns None when the job has ended. Raises `Overtaken`,
`MarketAway` and `WaitsForSeller`."""


@dataclass(frozen=True, slots=True)
class RunSlice:
    """Work on one slice. Return whether there was a job. Raises `DatabaseAway`: then the claim expires and the cursor
    stays."""

    desk: SqlDesk
    steps: Mapping[Kind, Step]
    slice_seconds: Callable[[], float]
    worker: str
    now: Clock
    monotonic: Monotonic
    ended: Callable[[Kind, str], None]
    """Called after each slice, for metrics, with its result: gave_way, ended, put_off, overtaken."""

    def __call__(self, kind: Kind, stop: threading.Event) -> bool:
        claim = self.desk.claim(kind, self.worker, self.now())
        if claim is None:
            return False
        self.ended(kind, self._work(claim, stop))
        return True

    def _work(self, claim: Claim, stop: threading.Event) -> str:
        until = self.monotonic() + self.slice_seconds()
        step, job_id = self.steps[claim.kind], claim.job_id
        try:
            while True:
                after = step(claim)
                if after is None:
                    self.desk.discard(job_id)
                    log.info("a job ended", extra={"job": job_id, "kind": claim.kind})
                    return "ended"
                claim = after
                if stop.is_set() or self.monotonic() >= until:
                    self.desk.release(claim)
                    return "gave_way"
        except MarketAway as away:
            return self._put_off(claim, away)
        except WaitsForSeller:
            return "put_off"
        except Overtaken:
            log.warning("a job was taken over or stopped meanwhile", extra={"job": job_id})
            return "overtaken"

    def _put_off(self, claim: Claim, away: MarketAway) -> str:
        try:
            self.desk.put_off(claim, self.now() + timedelta(seconds=away.after_seconds), away.reason)
        except Overtaken:
            return "overtaken"
        return "put_off"
