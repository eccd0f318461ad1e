"""The loop of rounds: at its interval, and earlier when it is woken, a setting changes or a start is requested."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from mercarich_platform.outages import DatabaseAway
from mercarich_platform.shutdown import Watchdog

LOOK_SECONDS = 2.0
"""Interval at which changes of settings and requested starts are looked for."""
CALM_SECONDS = 1.0
"""Minimum pause between two rounds."""


@dataclass(kw_only=True)
class Loop:
    """Run rounds until the process is to end."""

    reconcile: Callable[[], object]
    revision: Callable[[], object]
    """Return the revision of settings and requested starts; a new one triggers a round. Raises `DatabaseAway`."""
    wake: threading.Event
    interval_seconds: float
    watchdog: Watchdog
    rounds: int = 0
    _seen: object = field(default=None, init=False)

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.watchdog.beat()
            self.wake.clear()
            self._seen = self._revision()
            self.reconcile()
            self.rounds += 1
            self.watchdog.beat()
            stop.wait(CALM_SECONDS)
            self._wait(stop)

    def _wait(self, stop: threading.Event) -> None:
        left = self.interval_seconds - CALM_SECONDS
        while left > 0 and not stop.is_set() and not self.wake.wait(min(LOOK_SECONDS, left)):
            left -= LOOK_SECONDS
            self.watchdog.beat()
            if self._revision() not in (None, self._seen):
                return

    def _revision(self) -> object:
        try:
            return self.revision()
        except DatabaseAway:
            return None
