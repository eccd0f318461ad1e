"""The planner's flow: start a run, mark what is due, publish bounded batches, end when all is done."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_checker.domain import CanaryVerdict, too_many_unreadable
from mercarich_checker.ports import (
    Batches,
    Counts,
    DatabaseAway,
    HoldKind,
    Outcome,
    Plan,
    Request,
    Run,
    Runs,
    Superseded,
)
from mercarich_checker.use_cases.publish import Publishing, PublishSettings
from mercarich_checker.use_cases.trust import Trust
from mercarich_platform.clock import Clock, Monotonic

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 300.0
"""How long a run waits for a database that went away, before its process gives up and is started again."""

SECOND_LOOKS = 3
"""Rounds of confirming in a run; what is still held then waits for the next run or for a person."""


class Interrupted(Exception):
    """The process is to end; the run stays, and the next start of the same request key goes on with it."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    publish: PublishSettings
    unparsable_share: float
    confirm_after: timedelta
    deadline: timedelta


@dataclass(frozen=True, slots=True)
class RunCheck:
    """Take a run from its start to its end; answers it with its outcome.

    Raises `Interrupted`, and `DatabaseAway` where the database does not answer: started again under the
    same request key, it goes on.
    """

    runs: Runs
    plan: Plan
    batches: Batches
    trust: Trust
    settings: RunSettings
    now: Clock
    monotonic: Monotonic
    report: Callable[[str, Counts], None]
    """Called each round with the phase and the counts, for a progress line."""

    def __call__(self, request: Request, request_key: str | None, stop: threading.Event) -> Run:
        run = self.runs.start(request, request_key, self.now())
        if run.outcome is not Outcome.RUNNING:
            log.info("this request's run has ended already", extra={"run": run.id, "outcome": run.outcome})
            return run
        log.info("run started", extra={"run": run.id, "generation": run.generation})
        try:
            outcome, note = self._work(run, request, stop)
        except Superseded:
            outcome, note = Outcome.SUPERSEDED, "a newer run has started"
        self.runs.end(run, outcome, self.now(), note)
        log.info("run ended", extra={"run": run.id, "outcome": outcome, "note": note})
        return Run(run.id, run.marketplace, run.generation, outcome)

    def _work(self, run: Run, request: Request, stop: threading.Event) -> tuple[Outcome, str | None]:
        sellers = self.plan.sellers(request)
        if sellers.skipped:
            log.warning("sellers skipped", extra={"run": run.id, **sellers.skipped})
        self.runs.enter(run, "marking")
        for marked in self.plan.mark(run, request, sellers):
            self.report("marking", self.runs.beat(run, self.now()))
            log.debug("marked", extra={"run": run.id, "items": marked})
            _end_if(stop)
        publishing = Publishing(self.plan, self.batches, self.settings.publish, run, request, self.now)
        return _Rounds(self, run, publishing, stop).until_done()


class _Rounds:
    """One run's rounds: trusted, it publishes; not trusted, it is held; all checked, it confirms what is held."""

    def __init__(self, check: RunCheck, run: Run, publishing: Publishing, stop: threading.Event) -> None:
        self._check = check
        self._run = run
        self._publishing = publishing
        self._stop = stop
        self._phase = "canaries"
        self._note: str | None = None
        self._held_from: float | None = None
        self._second_looks = 0
        self._away_from: float | None = None

    def until_done(self) -> tuple[Outcome, str | None]:
        check = self._check
        started = check.monotonic()
        check.runs.enter(self._run, self._phase)
        while check.monotonic() - started < check.settings.deadline.total_seconds():
            try:
                if self._round():
                    return Outcome.FINISHED, None
                self._away_from = None
            except DatabaseAway as error:
                self._be_patient(error)
            self._stop.wait(self._publishing.pause)
        return Outcome.FAILED, "not done within its deadline; what was left is first in the next run"

    def _round(self) -> bool:
        counts = self._alive()
        self._check.report(self._phase, counts)
        self._mind_unreadable(counts)
        return self._trusted(self._check.trust.verdict(counts, self._alive)) and self._done(counts)

    def _be_patient(self, error: DatabaseAway) -> None:
        """Nothing is published meanwhile: without the database nobody knows who is the newest."""
        now = self._check.monotonic()
        if self._away_from is None:
            self._away_from = now
            log.warning("waiting for the database", extra={"run": self._run.id, "why": str(error)})
        elif now - self._away_from > PATIENCE_SECONDS:
            raise error
        self._stop.wait(1.0)

    def _alive(self) -> Counts:
        """Say that the planner lives. Raises `Superseded`, and `Interrupted` when the process is to end."""
        _end_if(self._stop)
        return self._check.runs.beat(self._run, self._check.now())

    def _trusted(self, verdict: CanaryVerdict) -> bool:
        check, now = self._check, self._check.monotonic()
        if verdict.fine and self._held_from is not None:
            seconds, self._held_from = now - self._held_from, None
            check.runs.add_held_seconds(self._run, seconds)
            check.plan.recall(self._run)
            self._publishing.start_over()
            log.warning("run goes on", extra={"run": self._run.id, "held_seconds": round(seconds, 1)})
        elif not verdict.fine and self._held_from is None:
            self._held_from = now
            log.warning("run held", extra={"run": self._run.id, "why": verdict.note})
            if verdict.lies:
                check.plan.open_hold(self._run, HoldKind.CANARIES, verdict.note, check.now())
        if not verdict.fine:
            self._enter("held", verdict.note)
        return verdict.fine

    def _done(self, counts: Counts) -> bool:
        """Publish what there is room for; answers whether the run is done."""
        if self._publishing.round() or self._check.plan.anything_left(self._run):
            if self._phase != "confirming":
                self._enter("checking")
            return False
        youngest = self._check.plan.held_since(self._run)
        if youngest is None or self._second_looks == SECOND_LOOKS:
            return True
        self._confirm(youngest + self._check.settings.confirm_after, counts)
        return False

    def _confirm(self, due_at: datetime, counts: Counts) -> None:
        self._enter("confirming", f"{counts.held} withdrawals held; second look at {due_at:%Y-%m-%d %H:%M:%S} UTC")
        if self._check.now() >= due_at and self._trusted(self._check.trust.look(counts, self._alive)):
            self._check.plan.want_second_look(self._run, self._check.now())
            self._second_looks += 1
            self._publishing.start_over(fresh=True)

    def _mind_unreadable(self, counts: Counts) -> None:
        looks = counts.checked + counts.unknown
        if too_many_unreadable(counts.unparsable, looks, self._check.settings.unparsable_share):
            reason = "too many pages cannot be read"
            self._check.plan.open_hold(self._run, HoldKind.UNREADABLE, reason, self._check.now())

    def _enter(self, phase: str, note: str | None = None) -> None:
        if (phase, note) != (self._phase, self._note):
            self._check.runs.enter(self._run, phase, note)
            self._phase, self._note = phase, note


def _end_if(stop: threading.Event) -> None:
    if stop.is_set():
        raise Interrupted
