"""The shapes of the operator's pages that no command has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Paged(Generic[Row]):
    """A page of rows; `next` is the id below which the next one begins."""

    rows: Sequence[Row]
    next: int | None


@dataclass(frozen=True, slots=True)
class HeldListing:
    """A listing whose withdrawal waits for a hold, and what was seen of its source."""

    id: int
    sku: str
    title: str | None
    username: str
    source_id: str
    source_state: str
    source_reason: str | None
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What the last look at an item saw."""

    item_id: str
    state: str
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CanaryState:
    """A canary of the settings against what was seen of it last."""

    item_id: str
    expected: str
    """on_sale, gone"""
    known: KnownItem | None

    @property
    def is_as_expected(self) -> bool | None:
        """None: nobody knows."""
        if self.known is None or self.known.state == "unknown":
            return None
        return (self.known.state == "available") is (self.expected == "on_sale")


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


@dataclass(frozen=True, slots=True)
class TokenState:
    """A seller's account at Amazon, and what does not reach it."""

    user_id: int
    username: str
    seller_id: str
    verdict: str
    """unknown, valid, invalid"""
    reason: str | None
    checked_at: datetime | None
    exposed: int
    """Withdrawals that Amazon has not accepted yet."""


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """The last look at all tokens that ended."""

    ended_at: datetime
    valid: int
    invalid: int
    unknown: int
    exposed: int
    problem: str | None
    """Of the application itself: then no seller was judged."""


@dataclass(frozen=True, slots=True)
class SellerRow:
    user_id: int
    username: str
    plan: int
    active: bool
    created_at: datetime
    may_sign_in: bool
    verdict: str | None
    """Of its token; None: no account is linked."""


@dataclass(frozen=True, slots=True)
class SellerDetails:
    seller: SellerRow
    listings: int
    exposed: int
    """Withdrawals that Amazon has not accepted yet."""
    deeds: Sequence[AuditEntry]
    """What concerns this seller, newest first."""
