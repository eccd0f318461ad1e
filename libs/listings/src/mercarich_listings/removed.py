"""What is done about an offer that was deleted from the books, and that Amazon may show again. No I/O.

Deleted offers come back at Amazon, some after months (amzn/selling-partner-api-models#5370, #4356): buyers order what
has no source any more. To delete such an offer again has no effect, but a quantity of 0 has (#5370), so it gets a zero.
Its seller may have made it anew by hand, and no response tells: what comes back by itself has a new date of creation,
too (#4356). So what is up again within a day of a zero that Amazon has shown is somebody's will: it is told and left.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from mercarich_listings.push import SETTLED, back_off
from mercarich_listings.read_back import OFFERS_EVERY, ZERO_SHOWS_WITHIN, ZEROS_EVERY, doubt_wait
from mercarich_reasons.push import CameBack, CameBackAgain
from mercarich_reasons.reason import Reason

WATCHED = timedelta(days=100)
"""Time for which Amazon is read after the deletion, and after each return: an order of September 2026 was for a SKU
that had sold out in June (amzn/selling-partner-api-models#5370)."""
OFTEN = timedelta(days=7)
"""Time for which that is every hour, as for zeros; then it is every day. For a seller who deletes 5,000 offers each day
(DELETE_DAILY_LISTINGS), that is 42,000 searches a day, and 23,250 for the rest: a sixth of the quota."""
HELD = timedelta(days=1)
"""Time after which a zero counts as accepted by everybody: a later return gets a zero again."""


@dataclass(frozen=True, slots=True)
class Removed:
    """An offer that is not in the books any more; the fields are columns of `removed_offers`."""

    user_id: int
    sku: str
    removed_at: datetime
    next_read_at: datetime
    read_at: datetime | None = None
    shown: int | None = None
    """The quantity that the last read found; None: Amazon does not know the SKU, or was not read yet."""
    returns: int = 0
    """How often Amazon showed it again."""
    came_back_at: datetime | None = None
    """When the last return was found."""
    zeroed_at: datetime | None = None
    """When a zero was last sent, or perhaps sent, if the process ended then; None: never, or Amazon refused it."""
    zero_shown_at: datetime | None = None
    """When a read first found exactly 0 after that zero; None: none has."""
    attempts: int = 0
    """Zeros since the return that Amazon has refused, or does not show."""
    reason: Reason | None = None
    """What was made of the last return."""

    @property
    def is_up(self) -> bool:
        return bool(self.shown)

    @property
    def may_show_zero(self) -> bool:
        """Whether a 0 at Amazon may be the zero that was sent, and not what a buyer or the seller left there."""
        return self.zeroed_at is not None and not isinstance(self.reason, CameBackAgain)


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a read."""

    after: Removed | None
    """None: the offer has been gone for so long that it is not watched any more."""
    returned: bool = False
    """Whether it came back, and was not up at the last read."""
    to_zero: bool = False
    """Whether a zero is to be sent now."""
    before: Removed | None = None
    """The offer before the read, if a zero is to be sent: `unsent` goes back to it."""


def read(removed: Removed, shown: int | None, now: datetime) -> Found:
    """Return what becomes of the offer after a read; `shown` None: Amazon shows no such offer."""
    seen = replace(removed, shown=shown, read_at=now)
    if not shown:
        last = max(removed.removed_at, removed.came_back_at or removed.removed_at)
        if now - last >= WATCHED:
            return Found(None)
        shown_at = removed.zero_shown_at
        if shown == 0 and removed.zeroed_at is not None:
            shown_at = shown_at or now
        return Found(replace(seen, attempts=0, zero_shown_at=shown_at, next_read_at=_usual(removed, now)))
    zeroed_at = removed.zeroed_at
    if not removed.is_up:
        returned = replace(seen, returns=removed.returns + 1, came_back_at=now, attempts=0)
        if zeroed_at is not None and removed.zero_shown_at is not None and now - zeroed_at < HELD:
            return Found(_left(returned, shown, now), returned=True)
        return Found(_zeroed(returned, shown, now), returned=True, to_zero=True, before=removed)
    if isinstance(removed.reason, CameBackAgain):
        return Found(_left(seen, shown, now))
    if zeroed_at is not None and now - zeroed_at < ZERO_SHOWS_WITHIN:
        return Found(replace(seen, next_read_at=now + SETTLED))
    again = _zeroed(replace(seen, attempts=removed.attempts + 1), shown, now)
    return Found(again, to_zero=True, before=removed)


def unread(removed: Removed, now: datetime) -> Removed:
    """Amazon refuses to tell of the SKU: it is read again at the usual time."""
    return replace(removed, next_read_at=_usual(removed, now))


def refused(removed: Removed, problem: Reason | None, now: datetime) -> Removed:
    """Amazon refuses the zero: it is tried again after a growing wait."""
    later = now + back_off(removed.attempts + 1)
    return replace(removed, zeroed_at=None, zero_shown_at=None, reason=problem, next_read_at=later)


def unsent(removed: Removed, found: Found, now: datetime) -> Removed:
    """The zero of this read never left: nothing is known of it, and the offer is read again at once."""
    before, after = found.before, found.after
    if before is None or after is None or removed.zeroed_at != after.zeroed_at:  # another zero was sent since
        return removed
    return replace(
        removed,
        zeroed_at=before.zeroed_at,
        zero_shown_at=before.zero_shown_at,
        attempts=before.attempts,
        next_read_at=now,
    )


def _zeroed(removed: Removed, shown: int, now: datetime) -> Removed:
    wait = max(doubt_wait(removed.attempts), SETTLED)
    return replace(removed, zeroed_at=now, zero_shown_at=None, reason=CameBack(shown), next_read_at=now + wait)


def _left(removed: Removed, shown: int, now: datetime) -> Removed:
    return replace(removed, reason=CameBackAgain(shown), next_read_at=now + OFFERS_EVERY)


def _usual(removed: Removed, now: datetime) -> datetime:
    """Return when the offer is read next: up to a sixth earlier than the latest, to spread what was read together.

    At a whole minute: what falls on the same one shares searches.
    """
    since = max(removed.removed_at, removed.zeroed_at or removed.removed_at)
    longest = ZEROS_EVERY if now - since < OFTEN else OFFERS_EVERY
    wait = longest - longest / 6 * (crc32(removed.sku.encode()) % 100) / 100
    return (now + wait).replace(second=0, microsecond=0)
