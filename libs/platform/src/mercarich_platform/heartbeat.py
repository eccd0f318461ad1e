"""What a loop of turns says of itself to its probes."""

from mercarich_platform.clock import Monotonic, monotonic

FROZEN_AFTER = 300.0
"""Seconds without a turn after which a process is restarted: longer than a turn that asks the outside world takes."""


class Heartbeat:
    """What a loop of turns says of itself. Call it at each turn; `reached` and `lost` say how the database is."""

    def __init__(self, now: Monotonic = monotonic) -> None:
        self._now = now
        self._last = now()
        self._problem: str | None = "the database has not been reached yet"

    def __call__(self) -> None:
        self._last = self._now()

    def reached(self) -> None:
        self._problem = None

    def lost(self, why: str) -> None:
        """Say why the database is away: a sentence."""
        self._problem = why

    def healthy(self) -> str | None:
        silent = self._now() - self._last
        return f"no turn for {silent:.0f} s" if silent > FROZEN_AFTER else None

    def ready(self) -> str | None:
        return self.healthy() or self._problem
