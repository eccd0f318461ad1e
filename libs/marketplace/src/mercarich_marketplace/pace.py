"""When the next call may go out: a steady grid with a little slack, jitter, pauses and a slow recovery."""

import random
from collections.abc import Callable, Mapping

SLACK_SECONDS = 0.25
"""Largest delay, in seconds, that a late caller may catch up. Over any 60 s it adds less than 0.5 % of calls."""

POLITE_RECOVERY = 0.1 / 60
"""After a rate limit, the rate recovers by 10 % of the full rate per minute."""

ONE_WAVE_SECONDS = 5.0
"""Rate-limited responses within these seconds halve the rate once: their calls were under way together."""

LOWEST_SHARE = 1 / 16


class Pace:
    """A grid of cells, each 1/rate seconds long, with one call per cell. Call `take` only when `wait` is 0 or less.

    Jitter moves a call inside its cell and never accumulates. So any 60 s hold at most 1.05 times the rate (plus one
    call at very low rates).
    """

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

    def document(self) -> dict[str, float]:
        """Return the grid, the pause and the recovery, as JSON has them: `restored` reads them in another process."""
        return {
            "grid": self._grid,
            "paused_until": self._paused_until,
            "share": self._share,
            "share_at": self._share_at,
        }

    @classmethod
    def restored(
        cls, rate_per_second: float, recovery_per_second: float, document: Mapping[str, float], now: float
    ) -> "Pace":
        """Return the pace of a `document`, without jitter. Raises `ValueError` for a share that allows no call."""
        pace = cls(rate_per_second, recovery_per_second=recovery_per_second)
        pace._grid, pace._paused_until = document["grid"], document["paused_until"]
        pace._share, pace._share_at = document["share"], min(document["share_at"], now)
        if pace._share <= 0:
            raise ValueError(f"the share {pace._share} allows no call")
        return pace

    def next_cell(self, now: float) -> float:
        """Return the moment of the next cell that `reserve` would use."""
        return max(self._grid, self._paused_until, now)

    def reserve(self, now: float) -> float:
        """Use the next cell, which may lie ahead; return its moment."""
        at = self.next_cell(now)
        self._grid = at + self.cell_seconds(now)
        return at

    def cell_seconds(self, now: float) -> float:
        return 1.0 / (self.rate * self.share(now))

    def begin(self, at: float) -> None:
        """Begin the grid at a moment, with no call before."""
        self._grid = self._paused_until = at
        self._share_at = at - ONE_WAVE_SECONDS

    def not_after(self, grid: float, paused_until: float) -> None:
        """Let neither the grid nor the pause lie later."""
        self._grid, self._paused_until = min(self._grid, grid), min(self._paused_until, paused_until)

    def wait(self, now: float) -> float:
        """Return the seconds until the next call may start; 0 or less means now."""
        return max(self._grid + self._offset - SLACK_SECONDS, self._paused_until) - now

    def take(self, now: float) -> None:
        """Use the current cell."""
        cell = self.cell_seconds(now)
        self._grid = max(self._grid, now) + cell
        self._offset = self._draw() * self._jitter * cell

    def share(self, now: float) -> float:
        """Return the current rate as a share of the full rate: below 1 for a while after a rate limit."""
        if self._share >= 1.0:
            return 1.0
        return min(1.0, self._share + max(0.0, now - self._share_at) * self._recovery)

    def slow_down(self, now: float, pause_seconds: float | None) -> None:
        """Halve the rate after a rate-limited response, and make no call before the end of its Retry-After."""
        if now - self._share_at >= ONE_WAVE_SECONDS:
            self._share = max(LOWEST_SHARE, self.share(now) / 2)
            self._share_at = now
        if pause_seconds is not None:
            self._paused_until = max(self._paused_until, now + pause_seconds)
            self._grid = max(self._grid, self._paused_until)
