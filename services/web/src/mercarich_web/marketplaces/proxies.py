"""The state of a marketplace's proxy."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProxyState:
    """The state of a proxy; counts are since its start."""

    breaker: str
    """closed, half_open, open"""
    image_breaker: str
    opened: int
    """How often the breaker opened."""
    budget_per_second: float | None
    pace_share: float
    """Part of the budget in use, 0 to 1; below 1 after the marketplace asked for fewer calls."""
    waiting: int
    under_way: int
    calls: Mapping[str, int]
    """By outcome: `read`, or the kind of failure."""
    image_calls: Mapping[str, int]
    remembered: int
    """Looks served from the proxy's cache, which cost no call."""
    mean_seconds: float | None
    """Mean duration of a call, without its wait for a turn."""

    @property
    def blocked(self) -> int:
        return self.calls.get("blocked", 0) + self.image_calls.get("blocked", 0)


class ProxyAway(Exception):
    """The proxy does not answer, or its metrics cannot be parsed."""
