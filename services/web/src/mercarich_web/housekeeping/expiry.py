"""When a withdrawn offer's row is old enough to go, and what a deletion reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mercarich_contracts.schedule import TIME_ZONE
from mercarich_web.housekeeping.retention import Pruned
from mercarich_web.pictures.pictures import Removed

FLOOR_DAYS = 7
"""Fewer days are raised to these: until then people may want to look."""
CHUNK = 500
"""Rows of one transaction."""
AMAZON_SECONDS, LOOK_SECONDS = 60.0, 0.5
"""How long a deletion waits for Amazon while that accepts nothing, and between two looks at what it accepted."""
SHOWN = 200
"""Rows that a report names."""
ORPHAN_AGE = timedelta(days=1)
"""A picture without a row may be one whose row is just being written; after so long it is left over."""


@dataclass(frozen=True, slots=True)
class Expired:
    """One row that is to go."""

    listing_id: int
    user_id: int
    username: str
    sku: str
    withdrawn_at: datetime
    pictures: Sequence[str]
    """Paths below the pictures' folder."""


@dataclass(frozen=True, slots=True)
class ExpiredOffer:
    """As a report names it."""

    username: str
    sku: str
    withdrawn_at: datetime
    pictures: int


@dataclass(frozen=True, slots=True)
class DeletionReport:
    """What was deleted, or, in a dry run, what would be."""

    dry_run: bool
    days: int
    """After the floor."""
    withdrawn_until: datetime
    """Rows withdrawn then or before are old enough."""
    listings: int
    pictures: Removed
    left_over: Removed
    """Pictures that no listing shows any more, of earlier days."""
    capped: Sequence[str]
    """Sellers of whom more would go if a day's cap were higher."""
    offers: Sequence[ExpiredOffer]
    """The first 200."""
    pruned: Sequence[Pruned] = ()
    leaving: int = 0
    """Listings whose deletion Amazon has not accepted yet: their rows go when it has."""


def withdrawn_until(now: datetime, days: int) -> datetime:
    """The boundary, itself included: exactly `days` ago is old enough."""
    return now - timedelta(days=max(days, FLOOR_DAYS))


def tokyo_day(now: datetime) -> date:
    """The day that a cap counts for."""
    return now.astimezone(ZoneInfo(TIME_ZONE)).date()


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows expired: withdrawn then or before, zero at Amazon, nothing pending."""

    withdrawn_until: datetime
    now: datetime
    """Claims that ended then or before keep nothing."""
    unknown_to_amazon: bool
    """Also those whose SKU Amazon does not know, whose push can never end."""
    by_hand: bool = False
    """Their seller points at them: also those that the seller has stopped watching."""
