"""When the row of a withdrawn offer is old enough to be deleted, and what a deletion reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mercarich_contracts.schedule import TIME_ZONE
from mercarich_web.housekeeping.retention import Pruned
from mercarich_web.pictures.pictures import Removed

FLOOR_DAYS = 7
"""Smallest age in days; a lower number is raised to it, because people may still want to look at recent offers."""
CHUNK = 500
"""Rows deleted in one transaction."""
AMAZON_SECONDS, LOOK_SECONDS = 60.0, 0.5
"""Seconds a deletion waits for Amazon while Amazon accepts nothing, and seconds between two polls."""
SHOWN = 200
"""Rows that a report lists."""
ORPHAN_AGE = timedelta(days=1)
"""Age after which a picture without a row counts as an orphan. The row of a younger one may still be being written."""


@dataclass(frozen=True, slots=True)
class Expired:
    """A row to be deleted."""

    listing_id: int
    user_id: int
    username: str
    sku: str
    withdrawn_at: datetime
    pictures: Sequence[str]
    """Paths relative to the pictures' folder."""


@dataclass(frozen=True, slots=True)
class ExpiredOffer:
    """A deleted offer in a report."""

    username: str
    sku: str
    withdrawn_at: datetime
    pictures: int


@dataclass(frozen=True, slots=True)
class DeletionReport:
    """What was deleted, or what a dry run would delete."""

    dry_run: bool
    days: int
    """Age in days, after `FLOOR_DAYS` was applied."""
    withdrawn_until: datetime
    """Rows withdrawn at this time or earlier are old enough."""
    listings: int
    pictures: Removed
    left_over: Removed
    """Pictures deleted because no listing and no replacement that waits shows them any more."""
    capped: Sequence[str]
    """Sellers who have more expired offers than their daily cap allows."""
    offers: Sequence[ExpiredOffer]
    """The first 200 deleted offers."""
    pruned: Sequence[Pruned] = ()
    leaving: int = 0
    """Listings whose deletion Amazon has not accepted yet; their rows are deleted once it has."""


def withdrawn_until(now: datetime, days: int) -> datetime:
    """Return the latest withdrawal time that is old enough: exactly `days` ago counts."""
    return now - timedelta(days=max(days, FLOOR_DAYS))


def tokyo_day(now: datetime) -> date:
    """Return the day that a daily cap counts for."""
    return now.astimezone(ZoneInfo(TIME_ZONE)).date()


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows have expired: withdrawn at or before a time, zero at Amazon, nothing pending."""

    withdrawn_until: datetime
    now: datetime
    """Claims that ended at or before this time no longer protect a row."""
    unknown_to_amazon: bool
    """Include rows whose SKU Amazon does not know; their push can never succeed."""
    by_hand: bool = False
    """The seller selected the rows, so include listings that the seller has stopped watching."""
