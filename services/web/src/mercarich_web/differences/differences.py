"""What a row of the page of differences tells: what the books say, what Amazon shows, and what happens next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mercarich_listings.differences import Difference, Standing
from mercarich_listings.removed_store import Returned
from mercarich_reasons.push import ComesBack, NotShown
from mercarich_reasons.reason import Reason
from mercarich_web import paging
from mercarich_web.sentences import Moment, Said

ROWS = 50
"""Rows of a page."""
FOLLOWED_FOR = timedelta(days=1)
"""How long a quantity that the books took over from Amazon is told."""


@dataclass(frozen=True, slots=True)
class Differing:
    """A listing that Amazon shows otherwise than the books say."""

    kind: Difference
    since: datetime
    listing_id: int
    user_id: int
    username: str
    sku: str
    title: str | None
    quantity: int
    """What the books say."""
    pushed_quantity: int | None
    push_pending: int
    push_not_before: datetime | None
    problem: Reason | None

    @property
    def shown(self) -> int | None:
        """The quantity that Amazon shows; None: none, or no such SKU."""
        if self.kind is Difference.UNKNOWN:
            return None
        return self.problem.shown if isinstance(self.problem, NotShown) else self.pushed_quantity

    @property
    def said(self) -> Reason | None:
        """Amazon's words, where they tell more than the two quantities."""
        return None if isinstance(self.problem, NotShown) else self.problem

    def next(self, now: datetime) -> Said:
        """Return what happens by itself, or what its seller can do."""
        if self.kind is Difference.NOT_FOR_SALE:
            return Said("Mend it in Seller Central. It is read again once a day, or when you ask Amazon.")
        if self.kind is Difference.UNKNOWN and self.quantity:
            return Said(
                "Nothing is sent while Amazon does not know the SKU. If you deleted it there, stop watching it, then"
                " delete it here; if it is there again, stop watching it, then resume."
            )
        if self.problem == ComesBack(0):
            return Said(
                "It came back after its zero. It is read every few minutes until the zero has stayed for hours."
            )
        if not self.push_pending:
            return Said("Amazon took the quantity and is read again until it shows it.")
        if self.push_not_before is not None and self.push_not_before > now:
            return Said("The quantity is sent again at %(at)s.", {"at": Moment(self.push_not_before)})
        return Said("The quantity is sent again now.")


@dataclass(frozen=True, slots=True)
class Followed:
    """A quantity that the books took over from Amazon."""

    event_id: int
    at: datetime
    listing_id: int
    sku: str
    title: str | None
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class CameBack:
    """An offer that was deleted here, and that Amazon shows again."""

    username: str
    offer: Returned


@dataclass(frozen=True, slots=True)
class ReturnedPage:
    rows: Sequence[CameBack]
    next: tuple[int, str] | None
    """The seller and SKU of the last row, when more follow."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after the listing of this rank (`sql`), time and id."""

    rank: int
    since: datetime
    listing_id: int


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Differing]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Reads:
    """How far what is known of Amazon can be trusted."""

    due_since: datetime | None
    """Since when the read that has waited longest is due; None: none waits."""
    oldest: datetime | None = None
    """When the offer that was read longest ago was read."""
    never: int = 0
    """Offers whose newest quantity was not read yet."""
    is_served: bool = True
    """Amazon can be asked: there is an account, and its token is not refused."""


Standings = Mapping[Difference, Standing]


def packed(place: Place) -> str:
    """Return the place as text for an address."""
    return paging.packed(str(place.rank), str(place.listing_id), place.since.isoformat())


def unpacked(text: str) -> Place | None:
    """Return the place, or None for a text that is not valid, which leads to the first page."""
    try:
        rank, listing_id, since = paging.unpacked(text, 3)
        at = datetime.fromisoformat(since)
        place = Place(int(rank), at.astimezone(UTC), int(listing_id))
    except (ValueError, OverflowError):
        return None
    fits = at.tzinfo is not None and 0 <= place.rank < 100 and 0 <= place.listing_id < 2**63
    return place if fits else None


def packed_key(key: tuple[int, str]) -> str:
    """As `packed`, for a page of deleted offers."""
    return paging.packed(str(key[0]), key[1])


def unpacked_key(text: str) -> tuple[int, str] | None:
    try:
        user_id, sku = paging.unpacked(text, 2)
        number = int(user_id)
    except ValueError:
        return None
    return (number, sku) if 0 <= number < 2**63 else None
