"""Names a planner that stands: the phase, and since when. What ends or restarts it is somebody else's decision."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mercarich_platform.clock import Clock, Monotonic

log = logging.getLogger(__name__)

STANDS_AFTER_SECONDS = 60.0
"""A planner gives a sign of life at least every few seconds, also while it is paused or held; after a minute and a half
of silence others take its run over."""
LOOK_EVERY_SECONDS = 5.0


class Standing:
    """`moves` notes a sign of life; `look` says so, once, when the last one is too long ago."""

    def __init__(self, now: Clock, monotonic: Monotonic) -> None:
        self._now = now
        self._monotonic = monotonic
        self._last = ("starting", now(), monotonic())
        self._said = False

    def moves(self, phase: str) -> None:
        _, _, at = self._last
        self._last = (phase, self._now(), self._monotonic())
        if self._said:
            self._said = False
            log.warning("the planner goes on", extra={"phase": phase, "stood_seconds": round(self._last[2] - at)})

    def look(self) -> None:
        phase, since, at = self._last
        if not self._said and self._monotonic() - at > STANDS_AFTER_SECONDS:
            self._said = True
            log.warning("the planner stands", extra={"phase": phase, "since": since.isoformat(timespec="seconds")})

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look every few seconds, in a thread, until the block ends."""
        ended = threading.Event()
        threading.Thread(target=self._watch, args=(ended,), name="standing", daemon=True).start()
        try:
            yield
        finally:
            ended.set()

    def _watch(self, ended: threading.Event) -> None:
        while not ended.wait(LOOK_EVERY_SECONDS):
            self.look()
