"""What a restored database has to be looked at for, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.events import EventKind
from mercarich_listings.restored import Unverified

DIFFERENCES: Mapping[EventKind, str] = {
    EventKind.READBACK_MISMATCH: "shown although the books say 0, taken down again",
    EventKind.WITHDRAWN: "withdrawn, their source is gone",
    EventKind.CHANGED_AT_AMAZON: "sold or changed at Amazon, the listing follows",
    EventKind.NOT_FOR_SALE: "not sold by Amazon",
    EventKind.PUSH_ORPHAN: "not known to Amazon, perhaps deleted after the backup",
}


@dataclass(frozen=True, slots=True)
class Marked:
    """What was marked, and what of the backup's work was given up."""

    restored_at: datetime
    backup_at: datetime | None
    """Time of the newest entry in the backup; None: it has none."""
    listings: int
    runs: int
    feeds: int
    approvals: int
    """Replacements whose approval a person must repeat."""
    sessions: int
    """People who must sign in again."""


@dataclass(frozen=True, slots=True)
class Verified:
    left: Unverified
    found: Mapping[EventKind, int]
    """Events of these kinds since the restore (`DIFFERENCES`)."""
