"""What is pushed to Amazon, how a push can end, and when a refused one is tried again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

_FIRST_BACK_OFF = timedelta(minutes=10)
_LONGEST_BACK_OFF = timedelta(hours=24)


class Outcome(StrEnum):
    """How one push ended; the label of its metric."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    """Amazon refused the content: tried again after a growing wait."""
    ORPHAN = "orphan"
    """Amazon does not know the SKU: out of the queue, but a withdrawal is tried again after a growing wait."""
    DEFERRED = "deferred"
    """Amazon was away for it: tried again in seconds, no attempt counted."""
    RELEASED = "released"
    """It never reached Amazon, or met the quota: tried again at once."""


@dataclass(frozen=True, slots=True)
class Account:
    """A seller's account at Amazon."""

    user_id: int
    seller_id: str
    marketplace_id: str
    refresh_token: str = field(repr=False)
    trusted: bool
    """The last verdict on the token was `valid`."""
    sealed: str = field(default="", repr=False)
    """The token as it is stored: a verdict is about this one, not about what the seller has linked meanwhile."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One SKU at the revision that is being pushed, or was."""

    listing_id: int
    sku: str
    revision: int
    quantity: int
    changed_at: datetime
    lead_time_days: int | None = None
    """Of a revival's new source; goes with the quantity of a restore."""


@dataclass(frozen=True, slots=True)
class Pushed:
    offer: Offer
    outcome: Outcome
    problem: str | None
    at: datetime


def back_off(attempts: int) -> timedelta:
    """The wait after the refusal number `attempts`, counted from 1: 10 min, 20, 40 … 24 h."""
    doublings = max(0, min(attempts - 1, 10))
    return min(_FIRST_BACK_OFF * (1 << doublings), _LONGEST_BACK_OFF)
