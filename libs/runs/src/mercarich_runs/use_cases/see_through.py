"""Take a run from its start to its end: once per request key, fenced, waiting while the database is away."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from mercarich_platform.clock import Clock, Monotonic
from mercarich_platform.outages import DatabaseAway
from mercarich_reasons.reason import Reason
from mercarich_reasons.runs import DeadlinePassed, NewerRunStarted, RunPaused
from mercarich_reasons.telling import Language, tell
from mercarich_runs.ports import Counts, Marking, Outcome, Request, Run, Runs, Superseded

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 300.0
"""How long a run waits for a database that is away before its process gives up, to be started again."""

PAUSED_SECONDS = 1.0
"""Interval at which the end of a pause is looked for."""

BEAT_SECONDS = 0.5
"""Interval of signs of life while marking; each page checks the fence anyway."""

Report = Callable[[str, Counts], None]
"""Called each round with the phase and the counts, for a progress line."""


class Interrupted(Exception):
    """The process is to end; the text says what is left. The run stays open, and the next start with the same request
    key continues it."""


@dataclass(frozen=True, slots=True)
class SeeThrough:
    """The steps that are the same for runs of all operations."""

    runs: Runs
    marking: Marking
    deadline: timedelta
    now: Clock
    monotonic: Monotonic
    report: Report

    def start_to_end(
        self, request: Request, request_key: str | None, work: Callable[[Run, Request], tuple[Outcome, Reason | None]]
    ) -> Run:
        """Start a run, do its work and end it; return it with its outcome. A run that has ended is left unchanged.

        The run of a known key goes on by its own request, whoever goes on with it. Raises `CoversNothing` before
        anything is started.
        """
        begun = self.runs.begun(request.marketplace, request_key)
        if begun is None:
            self.marking.require_cover(request)
        request = begun or request
        run = self.runs.start(request, request_key, self.now())
        if run.outcome is not Outcome.RUNNING:
            log.info("this request's run has ended already", extra={"run": run.id, "outcome": run.outcome})
            return run
        log.info("run started", extra={"run": run.id, "generation": run.generation})
        try:
            outcome, note = work(run, request)
        except Superseded:
            outcome, note = Outcome.SUPERSEDED, NewerRunStarted()
        except Interrupted:
            raise Interrupted(f"run {run.id} stops with {self.marking.left(run):,} left") from None
        self.runs.end(run, outcome, self.now(), note)
        log.info("run ended", extra={"run": run.id, "outcome": outcome, "note": tell(note, Language.EN)})
        return Run(run.id, run.marketplace, run.generation, outcome)

    def mark(self, run: Run, request: Request, stop: threading.Event) -> None:
        """Mark the rows that are due. Raises `Superseded`, `Interrupted` and `DatabaseAway`."""
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
        """Call `one` until it returns True (all is done), and wait for `pause()` seconds after each call."""
        started = self.monotonic()
        looked = float("-inf")
        away_from: float | None = None
        while self.monotonic() - started < self.deadline.total_seconds():
            try:
                if self.monotonic() - looked >= PAUSED_SECONDS:
                    started += self._rest_while_paused(run, stop)
                    looked = self.monotonic()
                if one():
                    return Outcome.FINISHED, None
                away_from = None
            except DatabaseAway as error:
                away_from = self._be_patient(run, error, away_from)
                stop.wait(1.0)
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

    def _be_patient(self, run: Run, error: DatabaseAway, away_from: float | None) -> float:
        """Raise `error` if the database has been away for too long; return since when it is away.

        Nothing is published meanwhile: without the database, it is unknown which run is the newest.
        """
        now = self.monotonic()
        if away_from is None:
            log.warning("waiting for the database", extra={"run": run.id, "why": str(error)})
            return now
        if now - away_from > PATIENCE_SECONDS:
            raise error
        return away_from


def end_if(stop: threading.Event) -> None:
    if stop.is_set():
        raise Interrupted
