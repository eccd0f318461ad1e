"""The watch: look at the most valuable sources all day, a few at a time, within its share of the outbound budget.

It works in windows of half an hour. A window is a row of `runs`, so that its looks have canaries, brake, holds and
evidence as those of a run have; the brake weighs the falls of a window with those of the window before it. A window
takes only sources that no run is to look at, and a run takes from it what it covers.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from mercarich_checker.ports import Watched, WindowEnded
from mercarich_checker.use_cases.rounds import Checking, Rounds
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import WATCH_BATCH_ITEMS, BatchItem, CheckBatch
from mercarich_platform.heartbeat import Heartbeat
from mercarich_platform.outages import DatabaseAway
from mercarich_reasons.runs import RunPaused
from mercarich_runs.ports import Counts, Outcome, Request, Run, Superseded
from mercarich_runs.use_cases.patience import Interrupted
from mercarich_runs.use_cases.publish import Publishing

log = logging.getLogger(__name__)

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
WINDOW = timedelta(minutes=30)
LAST_LOOK_AFTER = timedelta(minutes=20)
"""Time from a window's beginning to the last look at what it has set aside: what ended the workers may have passed by
then, and the window is open for the minute or two that the look takes if it ends its worker, too."""
IN_FLIGHT = 30
"""Calls under way at once: at half a call a second, a minute's."""
REST_SECONDS = 2.0
"""Wait while there is nothing to do: no source may be taken, the marketplace is paused, or the watch is off."""
AWAY_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(Checking):
    """Watch a marketplace until the process is to end; return the exit code."""

    marketplace: Marketplace
    watched: Watched
    share: Callable[[], float]
    """Returns the share of the outbound budget; 0: the watch is off."""
    beat: Heartbeat
    """Called in each round, as a sign of life, and told how the database is."""

    def __call__(self, stop: threading.Event) -> int:
        is_closed = False
        while not stop.is_set():
            self.beat()
            try:
                if self._is_off():
                    is_closed = is_closed or self._closed()
                    self.beat.reached()
                    stop.wait(REST_SECONDS)
                else:
                    is_closed = False
                    self._window(stop)
            except DatabaseAway as error:
                self.beat.lost(str(error))
                log.warning("the watch waits for the database", extra={"why": str(error)})
                stop.wait(AWAY_SECONDS)
            except (Superseded, WindowEnded):  # a backup was restored that lacks the window; or another process goes on
                stop.wait(REST_SECONDS)
            except Interrupted:
                break
        return 0

    def _closed(self) -> bool:
        """End the windows that a process has left open, and give their sources back; return True."""
        for window in self.watched.open_windows(self.marketplace):
            self.runs.end(window, Outcome.FINISHED, self.now())
        self.watched.free_rows(self.marketplace, self.now())
        return True

    def _is_off(self) -> bool:
        return self.share() == 0

    def _window(self, stop: threading.Event) -> None:
        """Watch until the window is over, or the watch is switched off."""
        now = self.now()
        began = now - (now - EPOCH) % WINDOW
        run = self._begun(began, now)
        self.beat.reached()
        rounds = _WindowRounds(self, run, self._publishing(run), began + LAST_LOOK_AFTER, stop)
        while began <= self.now() < began + WINDOW and not self._is_off():
            self.beat()
            if self.runs.is_paused(self.marketplace):
                rounds.rest(RunPaused(self.marketplace))
                stop.wait(REST_SECONDS)
            else:
                rounds.round()
                stop.wait(rounds.pause)
        self.runs.end(run, Outcome.FINISHED, self.now())

    def _begun(self, began: datetime, now: datetime) -> Run:
        """Begin the window, or go on with the one that another process has left; end those before it."""
        request = Request(self.marketplace, plans=(), dual_boot=True)
        run = self.runs.start(request, f"{began:%Y-%m-%dT%H:%M}", now)
        if run.outcome is not Outcome.RUNNING:  # it was switched off meanwhile
            run = self.runs.start(request, f"{now:%Y-%m-%dT%H:%M:%S}", now)
        for older in self.watched.open_windows(self.marketplace):
            if older.id < run.id:
                self.runs.end(older, Outcome.FINISHED, now)
        self.watched.free_rows(self.marketplace, now)
        self.watched.forget(self.marketplace, now)
        self.trust.begin()
        return run

    def _publishing(self, run: Run) -> Publishing[BatchItem, CheckBatch]:
        make = partial(_batch, run, self.share)
        settings = replace(self.settings.publish, batch_items=WATCH_BATCH_ITEMS)
        return Publishing(self.plan, self.batches, settings, run, make, self.now)


def _batch(run: Run, share: Callable[[], float], items: Sequence[BatchItem], _fresh: bool) -> CheckBatch:
    """Return a batch of the watch: no answer of an earlier look serves it."""
    return CheckBatch(
        marketplace=run.marketplace,
        run_id=run.id,
        generation=run.generation,
        items=tuple(items),
        fresh=True,
        background=share() or None,
    )


class _WindowRounds(Rounds):
    def __init__(
        self,
        watch: Watch,
        run: Run,
        publishing: Publishing[BatchItem, CheckBatch],
        last_look_at: datetime,
        stop: threading.Event,
    ) -> None:
        super().__init__(watch, run, publishing, stop)
        self._watch = watch
        self._last_look_at = last_look_at
        self._took_nothing = False

    @property
    def pause(self) -> float:
        """Return the seconds to wait before the next round."""
        return REST_SECONDS if self._took_nothing else self._publishing.pause

    def rest(self, why: RunPaused) -> None:
        self.alive()
        self.enter(self._phase, why)

    def done(self, counts: Counts) -> bool:
        watch, run, now = self._watch, self._run, self._watch.now()
        self.enter("checking", self.wrong)
        room = IN_FLIGHT - watch.watched.under_way(run)
        taken = watch.watched.take(run, room, self.wrong_routes, now) if room > 0 else None
        self._took_nothing = taken is not None and not taken.sources and not taken.left_out
        if now >= self._last_look_at:
            self._publishing.look_last()
        self._publishing.round()
        return False
