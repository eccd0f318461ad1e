"""What is pushed to Amazon, how a push can end, and when a refused one is tried again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

_FIRST_BACK_OFF = timedelta(minutes=10)
_LONGEST_BACK_OFF = timedelta(hours=24)
_LONGEST_DOUBT = timedelta(minutes=10)
_IN_DOUBT = "accepted, but Amazon shows "


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


@dataclass(frozen=True, slots=True)
class Offer:
    """One SKU at the revision that is being pushed, or was."""

    listing_id: int
    sku: str
    revision: int
    quantity: int
    changed_at: datetime


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


def doubt(shown: int | None) -> str:
    """The problem of a zero that was accepted and is not shown; it stays until a zero is read back."""
    return f"{_IN_DOUBT}{'no quantity' if shown is None else shown}"


def doubts(attempts: int, problem: str | None) -> int:
    """How often the zero was looked up in vain; an attempt that was refused is counted apart from these."""
    return attempts if problem is not None and problem.startswith(_IN_DOUBT) else 0


def refusals(attempts: int, problem: str | None) -> int:
    """How often Amazon refused it since it last took it."""
    return 0 if doubts(attempts, problem) else attempts


def doubt_wait(doubts: int) -> timedelta:
    """The wait after the vain look number `doubts`, counted from 1: none, 2 s, 4, 8 … 10 min."""
    return min(timedelta(seconds=1 << min(doubts - 1, 10)), _LONGEST_DOUBT) if doubts > 1 else timedelta()


def after_acceptance(quantity: int, attempts: int, problem: str | None) -> tuple[int, str | None]:
    """The attempts and problem that stay: for a zero, acceptance alone is no proof that it is shown."""
    return (attempts, problem) if quantity == 0 and doubts(attempts, problem) else (0, None)
