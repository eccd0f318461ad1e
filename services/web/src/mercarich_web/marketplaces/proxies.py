"""What a proxy tells of itself."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProxyState:
    """What a proxy tells of itself; counts are since its start."""

    breaker: str
    """closed, half_open, open"""
    image_breaker: str
    opened: int
    """Times that the breaker opened."""
    budget_per_second: float | None
    pace_share: float
    """Part of the budget in use; below 1 after the marketplace asked for less."""
    waiting: int
    under_way: int
    calls: Mapping[str, int]
    """By outcome: `read`, or why not."""
    image_calls: Mapping[str, int]
    remembered: int
    """Looks that cost no call."""
    mean_seconds: float | None
    """Of a call, its wait for a turn left out."""

    @property
    def blocked(self) -> int:
        return self.calls.get("blocked", 0) + self.image_calls.get("blocked", 0)


class ProxyAway(Exception):
    """It does not answer, or not in its language."""
