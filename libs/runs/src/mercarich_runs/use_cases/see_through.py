"""Take a run from its start to its end: once per request key, fenced, waiting while the database is away."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from mercarich_platform.clock import Clock, Monotonic
from mercarich_reasons.reason import Reason
from mercarich_reasons.runs import DeadlinePassed, ItemsSetAside, NewerRunStarted, RunPaused
from mercarich_reasons.telling import Language, tell
from mercarich_runs.ports import Counts, Marking, Outcome, Request, Run, Runs, Superseded
from mercarich_runs.use_cases.patience import Interrupted, Result, patiently

log = logging.getLogger(__name__)

PAUSED_SECONDS = 1.0
"""Interval at which the end of a pause is looked for."""

BEAT_SECONDS = 0.5
"""Interval of signs of life while marking; each page checks the fence anyway."""

Report = Callable[[str, Counts], None]
"""Called each round with the phase and the counts, for a progress line."""


@dataclass(frozen=True, slots=True)
class SeeThrough:
    """The steps that are the same for runs of all operations. Each waits for a database that is away."""

    runs: Runs
    marking: Marking
    deadline: timedelta
    now: Clock
    monotonic: Monotonic
    report: Report

    def start_to_end(
        self,
        request: Request,
        request_key: str | None,
        work: Callable[[Run, Request], tuple[Outcome, Reason | None]],
        stop: threading.Event,
    ) -> Run:
        """Start a run, do its work and end it; return it with its outcome. A run that has ended is left unchanged.

        The run of a known key goes on by its own request, whoever goes on with it. Raises `CoversNothing` before
        anything is started, `Interrupted` and `DatabaseAway`.
        """
        request, run = patiently(lambda: self._started(request, request_key), stop, self.monotonic)
        if run.outcome is not Outcome.RUNNING:
            log.info("this request's run has ended already", extra={"run": run.id, "outcome": run.outcome})
            return run
        log.info("run started", extra={"run": run.id, "generation": run.generation})
        try:
            outcome, note = work(run, request)
            counts = patiently(lambda: self.runs.beat(run, self.now()), stop, self.monotonic, run=run.id)
            set_aside = counts.set_aside
            if set_aside:
                log.warning("rows stay set aside", extra={"run": run.id, "items": set_aside})
                note = note if outcome is Outcome.FAILED else ItemsSetAside(set_aside)
        except Superseded:
            outcome, note = Outcome.SUPERSEDED, NewerRunStarted()
        except Interrupted:
            raise Interrupted(f"run {run.id} stops with {self.marking.left(run):,} left") from None
        patiently(lambda: self.runs.end(run, outcome, self.now(), note), stop, self.monotonic, run=run.id)
        log.info("run ended", extra={"run": run.id, "outcome": outcome, "note": tell(note, Language.EN)})
        return Run(run.id, run.marketplace, run.generation, outcome)

    def _started(self, request: Request, request_key: str | None) -> tuple[Request, Run]:
        begun = self.runs.begun(request.marketplace, request_key)
        if begun is None:
            self.marking.require_cover(request)
        return begun or request, self.runs.start(begun or request, request_key, self.now())

    def prepare(self, run: Run, step: Callable[[], Result], stop: threading.Event) -> Result:
        """Return the result of `step`, which comes before the rounds and is safe to repeat. Raises as `step`."""
        return patiently(step, stop, self.monotonic, run=run.id)

    def mark(self, run: Run, request: Request, stop: threading.Event) -> None:
        """Mark the rows that are due; safe to repeat. Raises `Superseded`, `Interrupted` and `DatabaseAway`."""
        sellers = self.marking.sellers(request)
        if sellers.skipped:
            log.warning("sellers skipped", extra={"run": run.id, **sellers.skipped})
        self.runs.enter(run, "marking")
        beaten = self.monotonic()
        for marked in self.marking.mark(run, request, sellers):
            if self.monotonic() - beaten > BEAT_SECONDS:
                self.report("marking", self.runs.beat(run, self.now()))
                beaten = self.monotonic()
            log.debug("marked", extra={"run": run.id, "items": marked})
            end_if(stop)

    def alive(self, run: Run, stop: threading.Event) -> Counts:
        """Record that the planner is alive; return the run's counts.

        Raises `Superseded`, and `Interrupted` when the process is to end.
        """
        end_if(stop)
        return self.runs.beat(run, self.now())

    def rounds(
        self, run: Run, one: Callable[[], bool], pause: Callable[[], float], stop: threading.Event
    ) -> tuple[Outcome, Reason | None]:
        """Call `one` until it returns True (all is done), and wait for `pause()` seconds after each call.

        Nothing is published while the database is away: without it, it is unknown which run is the newest.
        """
        started = self.monotonic()
        looked = float("-inf")
        while self.monotonic() - started < self.deadline.total_seconds():
            if self.monotonic() - looked >= PAUSED_SECONDS:
                started += patiently(lambda: self._rest_while_paused(run, stop), stop, self.monotonic, run=run.id)
                looked = self.monotonic()
            if patiently(one, stop, self.monotonic, run=run.id):
                return Outcome.FINISHED, None
            stop.wait(pause())
        return Outcome.FAILED, DeadlinePassed()

    def _rest_while_paused(self, run: Run, stop: threading.Event) -> float:
        """Wait while the marketplace is paused; return the seconds waited.

        The run then continues, unless a newer one has started meanwhile. So a pause loses no work, and no start has to
        be repeated after it.
        """
        began = self.monotonic()
        if not self.runs.is_paused(run.marketplace):
            return 0.0
        log.warning("paused", extra={"run": run.id})
        self.runs.note(run, RunPaused(run.marketplace))
        while self.runs.is_paused(run.marketplace):
            self.report("paused", self.alive(run, stop))
            stop.wait(PAUSED_SECONDS)
        self.runs.note(run, None)
        log.warning("resumed after a pause", extra={"run": run.id})
        return self.monotonic() - began


def end_if(stop: threading.Event) -> None:
    if stop.is_set():
        raise Interrupted
