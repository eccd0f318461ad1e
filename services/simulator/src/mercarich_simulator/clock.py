"""The two clocks of a simulated market: its own time, and the time in which requests are counted."""

import time
from collections.abc import Callable

MODES = ("real", "manual")


class SimClock:
    """`now` drives events and feeds; it can be stopped, sped up and advanced. `wall` drives quotas and faults.

    Quotas, faults, tokens and address validity run on `wall`, real time plus every advance: the product under
    test waits in real time, so a quota must refill while the market's clock stands still. Both are Unix
    seconds and never go back.
    """

    def __init__(
        self,
        start_at: float | None = None,
        mode: str = "real",
        speed: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._wall_base = time.time() - monotonic()
        self._pushed = 0.0
        self._anchor = time.time() if start_at is None else start_at
        self._anchored_at = monotonic()
        self.mode = mode
        self.speed = speed

    def now(self) -> float:
        """Return the market's time in Unix seconds."""
        if self.mode == "manual":
            return self._anchor
        return self._anchor + (self._monotonic() - self._anchored_at) * self.speed

    def wall(self) -> float:
        """Return real time plus the sum of all advances, in Unix seconds."""
        return self._wall_base + self._monotonic() + self._pushed

    def set(self, mode: str | None = None, speed: float | None = None) -> None:
        """Change mode or speed of the market's time from now on. Raise ValueError for a wrong mode or speed."""
        if mode is not None and mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, not {mode!r}")
        if speed is not None and not 0 < speed <= 1_000_000:
            raise ValueError("speed must be above 0 and at most 1,000,000")
        self.jump_to(self.now())
        self.mode = mode or self.mode
        self.speed = speed or self.speed

    def advance(self, seconds: float) -> None:
        """Advance both clocks. Raise ValueError when `seconds` is negative."""
        if seconds < 0:
            raise ValueError("advance_seconds must be 0 or more: time does not go back")
        self.jump_to(self.now() + seconds)
        self._pushed += seconds

    def jump_to(self, moment: float) -> None:
        """Set the market's time to `moment`, as after a restart."""
        self._anchor = moment
        self._anchored_at = self._monotonic()
