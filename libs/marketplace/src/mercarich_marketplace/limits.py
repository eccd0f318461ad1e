"""What a marketplace allows of all replicas of its proxy together. Of replicas that are configured differently, the
lowest holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mercarich_marketplace.breaker import Rules

LOWEST_SECONDS = 60.0
"""So long at most, and half as long at least, after the last ask of a replica that is configured with less than others,
less holds for all: the rate depends on no replica's turn, and a replica that starts again changes nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the marketplace allows, of all replicas together."""

    rate_per_second: float
    recovery_per_second: float
    concurrency: int
    call_seconds: float
    """The longest time of one call."""
    rules: Rules


def in_force(configured: Limits, lowest: Mapping[str, Any], now: float) -> tuple[Limits, dict[str, Any]]:
    """Return the limits that hold for a replica that asks, and `lowest` as it is to be kept, empty at first.

    Raises `ValueError` where `lowest` allows no call.
    """
    rate, rate_until = _lower(configured.rate_per_second, lowest.get("rate"), now)
    calls, calls_until = _lower(configured.concurrency, lowest.get("concurrency"), now)
    if rate <= 0 or calls < 1:
        raise ValueError(f"no calls: {rate} a second, {calls} at once")
    kept = {"rate": [rate, rate_until], "concurrency": [calls, calls_until]}
    return replace(configured, rate_per_second=rate, concurrency=int(calls)), kept


def _lower(own: float, known: Sequence[float] | None, now: float) -> tuple[float, float]:
    """Return the lower value and until when it holds. That moves on in large steps: an idle replica writes nothing."""
    value, until = known or (own, 0.0)
    until = min(until, now + LOWEST_SECONDS)
    if own < value or until <= now or (own == value and until < now + LOWEST_SECONDS / 2):
        return own, now + LOWEST_SECONDS
    return value, until
