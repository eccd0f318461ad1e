"""When the next call may go out: a steady grid with a little slack, jitter, pauses and a slow recovery."""

import random
from collections.abc import Callable

SLACK_SECONDS = 0.25
"""How far behind the grid a late caller may catch up. Over any 60 s this is under half a percent."""

POLITE_RECOVERY = 0.1 / 60
"""A halved rate comes back by ten percent of the full rate a minute."""

ONE_WAVE_SECONDS = 5.0
"""Calls that were under way together are throttled together; that halves the rate once."""

LOWEST_SHARE = 1 / 16


class Pace:
    """`take` at most when `wait` is 0. Calls follow a grid of 1/rate seconds; jitter moves a call inside its
    cell and never adds up, so any 60 s hold at most 1.05 of the rate (plus one call at very low rates)."""

    def __init__(
        self,
        rate_per_second: float,
        *,
        jitter: float = 0.0,
        recovery_per_second: float = POLITE_RECOVERY,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.rate = rate_per_second
        self._jitter = jitter
        self._recovery = recovery_per_second
        self._draw = draw
        self._grid = float("-inf")
        """The moment of the next cell."""
        self._offset = 0.0
        self._paused_until = float("-inf")
        self._share = 1.0
        self._share_at = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds until a call may go; 0 or less means now."""
        return max(self._grid + self._offset - SLACK_SECONDS, self._paused_until) - now

    def take(self, now: float) -> None:
        """Use the cell up."""
        cell = 1.0 / (self.rate * self.share(now))
        self._grid = max(self._grid, now) + cell
        self._offset = self._draw() * self._jitter * cell

    def share(self, now: float) -> float:
        """The part of the full rate in use: below 1 for a while after the marketplace asked for less."""
        if self._share >= 1.0:
            return 1.0
        return min(1.0, self._share + max(0.0, now - self._share_at) * self._recovery)

    def slow_down(self, now: float, pause_seconds: float | None) -> None:
        """The marketplace throttled us: half the rate, and nothing at all before its Retry-After."""
        if now - self._share_at >= ONE_WAVE_SECONDS:
            self._share = max(LOWEST_SHARE, self.share(now) / 2)
            self._share_at = now
        if pause_seconds is not None:
            self._paused_until = max(self._paused_until, now + pause_seconds)
            self._grid = max(self._grid, self._paused_until)
