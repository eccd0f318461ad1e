"""Detect a consumer that reads nothing although there is something: its driver has lost a partition or its group."""

import time
from collections.abc import Callable

LOOK_SECONDS = 20.0
LOOKS = 4
"""Checks in a row, so about a minute. Time in which the process was stopped adds one at most."""


MOST_UNHEARD_SECONDS = 180.0
"""Without a word of the group's coordinator, while the broker answers: longer than a join of a group may take."""


class Silence:
    """Called in each turn in which the worker has room for records."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._looks = 0
        self._look_at = now() + LOOK_SECONDS

    def broken(self) -> None:
        """Reset: something was read, or there was nothing to read."""
        self._looks = 0
        self._look_at = self._now() + LOOK_SECONDS

    def is_too_long(self, behind: Callable[[], bool]) -> bool:
        """Count a turn without records; return whether there were too many although records exist.

        `behind` returns whether records exist; it is called every `LOOK_SECONDS`.
        """
        if self._now() < self._look_at:
            return False
        if not behind():
            self.broken()
            return False
        self._looks += 1
        self._look_at = self._now() + LOOK_SECONDS
        return self._looks >= LOOKS
