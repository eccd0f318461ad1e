"""Whether a reader that could take records gets none although there are some: its driver has lost a partition."""

import time
from collections.abc import Callable

LOOK_SECONDS = 20.0
LOOKS = 4
"""In a row, so a minute; time in which the process stood still adds at most one."""


class Silence:
    """Told of each turn in which the worker had room."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._looks = 0
        self._look_at = now() + LOOK_SECONDS

    def broken(self) -> None:
        """Something was read, or nothing was to be."""
        self._looks = 0
        self._look_at = self._now() + LOOK_SECONDS

    def is_too_long(self, behind: Callable[[], bool]) -> bool:
        """Nothing was read. `behind`: whether there is something to read; asked once in a while."""
        if self._now() < self._look_at:
            return False
        if not behind():
            self.broken()
            return False
        self._looks += 1
        self._look_at = self._now() + LOOK_SECONDS
        return self._looks >= LOOKS
