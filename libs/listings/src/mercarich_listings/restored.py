"""What the books know of Amazon after the database was restored from a backup: nothing, until it is looked at. No I/O.

Amazon may show an offer that was withdrawn, restored, sold or deleted after the backup. The columns of `marked` are
the whole state: a read clears them (`read_back`), so that a restore that is interrupted can be marked again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_listings.push import Push, Pushed, changed, free

OFFERS_WITHIN = timedelta(hours=12)
"""Time until Amazon is read for an offer that is up, if its source is not seen before. Shorter than any time between
two reads, so that a later time of the next read proves a read."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """What was not looked at since the restore."""

    restored_at: datetime
    zeros: int
    """Offers at 0 in the books, or deleted from them, that were not read at Amazon. They come first: each may be up."""
    sources: int
    """Offers that are up and whose source was not seen."""
    offers: int
    """Offers that are up and that were not read at Amazon, each after its source was seen."""

    @property
    def any(self) -> bool:
        return self.zeros + self.sources + self.offers > 0


def marked(push: Push, at: datetime) -> Pushed:
    """Return the listing's push as of a restored backup: what Amazon shows is unknown, and nothing is under way.

    Zeros that wait are pushed. A quantity above 0 that waits is not: it was perhaps pushed and sold after the backup.
    Amazon is read first, and the listing follows what it shows (`read_back.changed_there`).

    Amazon is read for zeros at once. For the others their source is looked at before, because an offer that is down
    since its source was seen gone needs a replacement, and one that a buyer took does not.
    """
    none_before = {"pushed_quantity": None, "pushed_at": None, "verified_at": None}
    no_difference = {"orphan": False, "differs_since": None}
    no_failure = {"push_attempts": 0, "push_problem": None, "push_not_before": None, "push_failed_revision": None}
    pushed = push.revision if push.quantity else min(push.pushed_revision, push.revision)
    read_at = at + OFFERS_WITHIN if push.quantity else at
    known = {**none_before, **no_difference, **no_failure, "pushed_revision": pushed}
    return changed(push, None, **free(), **known, next_read_at=read_at)
