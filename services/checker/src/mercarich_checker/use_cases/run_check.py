"""The planner's flow: start a run, mark the items that are due, publish bounded batches, end when all are checked."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from mercarich_checker.domain.brake import HoldKind, NewHold, too_many_unreadable
from mercarich_checker.ports import Plan
from mercarich_checker.use_cases.trust import Trust, Trusted
from mercarich_contracts.market import RouteName
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_platform.clock import Clock, Monotonic
from mercarich_reasons.holds import TooManyUnreadable
from mercarich_reasons.reason import Reason
from mercarich_reasons.runs import SecondLookWaits
from mercarich_reasons.telling import Language, tell
from mercarich_runs.ports import Batches, Counts, Outcome, Request, Run, Runs
from mercarich_runs.use_cases.publish import Publishing, PublishSettings
from mercarich_runs.use_cases.see_through import Report, SeeThrough

log = logging.getLogger(__name__)

SECOND_LOOKS = 3
"""Rounds of second looks in a run. What is held after them waits for the next run or for a person."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    publish: PublishSettings
    unparsable_share: float
    confirm_after: timedelta
    deadline: timedelta


@dataclass(frozen=True, slots=True)
class RunCheck:
    """Take a run from its start to its end; return it with its outcome.

    Raises `Interrupted` and `DatabaseAway`. Started again under the same request key, the run continues.
    """

    runs: Runs
    plan: Plan
    batches: Batches[CheckBatch]
    trust: Trust
    settings: RunSettings
    now: Clock
    monotonic: Monotonic
    report: Report

    def __call__(self, request: Request, request_key: str | None, stop: threading.Event) -> Run:
        through = SeeThrough(self.runs, self.plan, self.settings.deadline, self.now, self.monotonic, self.report)

        def work(run: Run, begun: Request) -> tuple[Outcome, Reason | None]:
            through.mark(run, begun, stop)
            rounds = _Rounds(self, through, run, self._publishing(run, begun), stop)
            return rounds.until_done()

        return through.start_to_end(request, request_key, work)

    def _publishing(self, run: Run, request: Request) -> Publishing[BatchItem, CheckBatch]:
        size = request.group_lower or self.settings.publish.batch_items
        settings = replace(self.settings.publish, batch_items=size)
        return Publishing(self.plan, self.batches, settings, run, partial(make_batch, run, request), self.now)


def make_batch(run: Run, request: Request, items: Sequence[BatchItem], fresh: bool) -> CheckBatch:
    return CheckBatch(
        marketplace=run.marketplace,
        run_id=run.id,
        generation=run.generation,
        items=tuple(items),
        max_workers=request.max_workers,
        without_update=request.without_update,
        fresh=fresh,
    )


class _Rounds:
    """The rounds of a run: publish while it is trusted, hold it while not, and at the end confirm held withdrawals."""

    def __init__(
        self,
        check: RunCheck,
        through: SeeThrough,
        run: Run,
        publishing: Publishing[BatchItem, CheckBatch],
        stop: threading.Event,
    ) -> None:
        self._check = check
        self._through = through
        self._run = run
        self._publishing = publishing
        self._stop = stop
        self._phase = "canaries"
        self._note: Reason | None = None
        self._newest: Trusted | None = None
        self._held_from: float | None = None
        self._second_looks = 0

    def until_done(self) -> tuple[Outcome, Reason | None]:
        self._check.runs.enter(self._run, self._phase)
        return self._through.rounds(self._run, self._round, lambda: self._publishing.pause, self._stop)

    def _round(self) -> bool:
        counts = self._alive()
        self._check.report(self._phase, counts)
        self._mind_unreadable(counts)
        return self._trusted(self._check.trust.verdict(counts, self._alive)) and self._done(counts)

    def _alive(self) -> Counts:
        """Return the run's counts. Raises `Superseded` and `Interrupted`."""
        return self._through.alive(self._run, self._stop)

    def _trusted(self, trusted: Trusted) -> bool:
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
            self._enter("held", trusted.waits)
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

    def _done(self, counts: Counts) -> bool:
        """Publish as many batches as there is room for; return whether the run is done."""
        if self._publishing.round() or self._check.plan.anything_left(self._run):
            if self._phase != "confirming":
                self._enter("checking", self._wrong)
            return False
        youngest = self._check.plan.held_since(self._run)
        if youngest is not None and self._second_looks < SECOND_LOOKS:
            self._confirm(youngest + self._check.settings.confirm_after, counts)
            return False
        if self._check.plan.left_out(self._run):
            self._enter("held", self._wrong)
            return False
        return True

    @property
    def _wrong(self) -> Reason | None:
        """Return what is wrong with a route while others go on."""
        return next((one.why for one in self._newest.wrong.values()), None) if self._newest is not None else None

    def _confirm(self, due_at: datetime, counts: Counts) -> None:
        self._enter("confirming", SecondLookWaits(counts.held, due_at))
        if self._check.now() >= due_at and self._trusted(self._check.trust.look(counts, self._alive)):
            self._check.plan.want_second_look(self._run, self._check.now())
            self._second_looks += 1
            self._publishing.start_over(fresh=True)

    def _mind_unreadable(self, counts: Counts) -> None:
        looks = counts.checked + counts.unknown
        if too_many_unreadable(counts.unparsable, looks, self._check.settings.unparsable_share):
            self._check.plan.open_hold(self._run, HoldKind.UNREADABLE, TooManyUnreadable(), self._check.now())

    def _enter(self, phase: str, note: Reason | None = None) -> None:
        if (phase, note) != (self._phase, self._note):
            self._check.runs.enter(self._run, phase, note)
            self._phase, self._note = phase, note
