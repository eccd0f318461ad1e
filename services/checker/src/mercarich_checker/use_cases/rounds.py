"""The rounds of looks under one run: publish while it is trusted, hold it while it is not."""

import logging
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta

from mercarich_checker.ports import Plan
from mercarich_checker.use_cases.trust import Trust, Trusted
from mercarich_contracts.market import RouteName
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_platform.clock import Clock, Monotonic
from mercarich_reasons.holds import TooManyUnreadable
from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell
from mercarich_runs.domain.brake import HoldKind, NewHold, too_many_unreadable
from mercarich_runs.ports import Batches, Counts, Run, Runs
from mercarich_runs.use_cases.publish import Publishing, PublishSettings
from mercarich_runs.use_cases.see_through import Report, end_if

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunSettings:
    publish: PublishSettings
    unparsable_share: float
    confirm_after: timedelta
    deadline: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """What looks need from outside, be they of a run or of the watch."""

    runs: Runs
    plan: Plan
    batches: Batches[CheckBatch]
    trust: Trust
    settings: RunSettings
    now: Clock
    monotonic: Monotonic
    report: Report


class Rounds(ABC):
    """Call `round` repeatedly, and wait for the pause of its publishing after each call."""

    def __init__(
        self, check: Checking, run: Run, publishing: Publishing[BatchItem, CheckBatch], stop: threading.Event
    ) -> None:
        self._check = check
        self._run = run
        self._publishing = publishing
        self._stop = stop
        self._phase = "canaries"
        self._note: Reason | None = None
        self._newest: Trusted | None = None
        self._held_from: float | None = None

    @abstractmethod
    def done(self, counts: Counts) -> bool:
        """Publish what there is room for; return whether all is done. Called while the run is trusted."""

    def round(self) -> bool:
        """Return whether all is done. Raises `Superseded`, `Interrupted` and `DatabaseAway`."""
        counts = self.alive()
        self._mind_unreadable(counts)
        return self.trusted(self._check.trust.verdict(counts, self.alive)) and self.done(counts)

    def alive(self) -> Counts:
        """Give a sign of life; return the run's counts. Raises `Superseded` and `Interrupted`."""
        end_if(self._stop)
        counts = self._check.runs.beat(self._run, self._check.now())
        self._check.report(self._phase, counts)
        return counts

    def trusted(self, trusted: Trusted) -> bool:
        check, now = self._check, self._check.monotonic()
        self._mind_routes(trusted)
        if trusted.waits is None and self._held_from is not None:
            seconds, self._held_from = now - self._held_from, None
            check.runs.add_held_seconds(self._run, seconds)
            check.plan.recall(self._run)
            self._publishing.start_over()
            log.warning("run resumed", extra={"run": self._run.id, "held_seconds": round(seconds, 1)})
        elif trusted.waits is not None and self._held_from is None:
            self._held_from = now
            log.warning("run held", extra={"run": self._run.id, "why": tell(trusted.waits, Language.EN)})
        if trusted.waits is not None:
            self.enter("held", trusted.waits)
        return trusted.waits is None

    def _mind_routes(self, trusted: Trusted) -> None:
        """Record which routes are in doubt, with holds of wrong ones if a canary lies or other routes go on."""
        before = self._newest
        if trusted is before:
            return
        new = [
            NewHold(HoldKind.CANARIES, verdict.why, route=route)
            for route, verdict in trusted.wrong.items()
            if verdict.why is not None and (verdict.lies or trusted.waits is None)
        ]
        if new or before is None or trusted.doubts != before.doubts:
            self._check.plan.doubt(self._run, trusted.doubts, new, self._check.now())
        was_wrong = before.wrong.keys() if before is not None else frozenset[RouteName]()
        if was_wrong - trusted.wrong.keys():
            self._check.plan.recall(self._run)
        if was_wrong != trusted.wrong.keys():
            self._publishing.start_over()
            log.warning("other routes are wrong", extra={"run": self._run.id, "routes": sorted(trusted.wrong)})
        self._newest = trusted  # Last: the database may have been away, and all of this is done again then.

    @property
    def wrong(self) -> Reason | None:
        """Return what is wrong with a route while others go on."""
        return next((one.why for one in self._newest.wrong.values()), None) if self._newest is not None else None

    @property
    def wrong_routes(self) -> frozenset[RouteName]:
        return frozenset(self._newest.wrong) if self._newest is not None else frozenset()

    def _mind_unreadable(self, counts: Counts) -> None:
        looks = counts.answers + counts.unknown
        if too_many_unreadable(counts.unparsable, looks, self._check.settings.unparsable_share):
            self._check.plan.open_hold(self._run, HoldKind.UNREADABLE, TooManyUnreadable(), self._check.now())

    def enter(self, phase: str, note: Reason | None = None) -> None:
        if (phase, note) != (self._phase, self._note):
            self._check.runs.enter(self._run, phase, note)
            self._phase, self._note = phase, note
