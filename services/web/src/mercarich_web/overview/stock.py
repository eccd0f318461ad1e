"""Counts of pending and exposed items, as `status` and the overview show them."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class Backlog:
    """Source items of one marketplace."""

    pending: int
    """Wanted by a run that goes on, or by the newest one, and not done yet."""
    due: int
    """Of these, items that may be looked at now; the others are under way or wait for their next attempt."""
    never_checked: int
    oldest_checked_at: datetime | None
    unknown: int
    """The last look had no result."""
    set_aside: int


@dataclass(frozen=True, slots=True)
class Pushes:
    """Listings of one marketplace, compared with what Amazon shows."""

    withdrawals: int
    """Quantity 0, not accepted by Amazon yet."""
    oldest_withdrawal_at: datetime | None
    restores: int
    oldest_restore_at: datetime | None
    exposed: int
    """Amazon still sells them while their source is out of stock or their quantity is 0."""
    orphans: int
    """Amazon does not know their SKU; they are in no other count."""


@dataclass(frozen=True, slots=True)
class OpenFeed:
    submission_id: int
    username: str
    state: str
    feed_id: str | None
    created_at: datetime
    items: int
    problem: Reason | None
