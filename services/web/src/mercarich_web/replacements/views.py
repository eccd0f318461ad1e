"""Which waiting replacements a seller looks at, in which order: the filters in the address, and a page of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mercarich_web import paging
from mercarich_web.replacements.approval_trials import ByRule
from mercarich_web.replacements.proposals import Proposal

ROWS = 20
"""Rows of a page."""
PREVIEWED = 10
"""Rows of a preview."""
MOST = 5_000
"""Most replacements that one action decides; its preview's ids go through a form."""
UNKNOWN = 2**31 - 1
"""Sorts what is not known last."""


class ProposalOrder(StrEnum):
    OLDEST = "oldest"
    ALIKE = "alike"
    """Pictures most alike first."""
    DEARER = "dearer"
    """By the price compared with the first source's, cheapest first."""
    RATING = "rating"
    """Seller's share of good ratings, best first."""
    COST = "cost"
    """Price with postage, lowest first."""


class RuleView(StrEnum):
    """Which replacements are looked at, by the seller's rule, whether it is on or not."""

    APPROVES = "approves"
    """Those that fulfil all of its conditions."""
    LEAVES = "leaves"
    """Those that it leaves to the seller."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Filters. What is not known of a replacement never matches a filter on it: all that match may be approved."""

    alike_percent: int | None = None
    """Least share of matching features."""
    dearer_jpy: int | None = None
    """Most that it costs more than the first source, with its postage; negative: it is cheaper by at least as much."""
    good_percent: int | None = None
    """Least share of good ratings."""
    ratings: int | None = None
    """Least number of ratings."""
    marketplace: str | None = None
    order: ProposalOrder = ProposalOrder.OLDEST
    rule: RuleView | None = None

    @property
    def narrows(self) -> bool:
        return self != Wish(order=self.order)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after the replacement with this value of the order's key, and this id."""

    key: int
    revival_id: int


@dataclass(frozen=True, slots=True)
class ProposalPage:
    rows: Sequence[Proposal]
    next: Place | None
    matching: int
    """Number of all that match."""
    waiting: int
    """Number of all that wait."""
    rule: ByRule
    """What the seller's rule says of these rows."""


class Decision(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a decision on all that match would decide."""

    ids: Sequence[int]
    """Of the replacements, at most `MOST`, in the order of the page."""
    first: Sequence[Proposal]
    """The first `PREVIEWED`."""
    matching: int


@dataclass(frozen=True, slots=True)
class Applied:
    decided: int
    left: int
    """Number of those previewed that were decided or have changed since."""
    broken_off: bool = False
    """The database went away before the rest could be tried; that one more portion was decided is possible."""


def packed(place: Place) -> str:
    """Return the place as text for an address."""
    return paging.packed(str(place.revival_id), str(place.key))


def unpacked(text: str) -> Place | None:
    """Return the place, or None for a text that is not valid, which leads to the first page."""
    try:
        number, key = map(int, paging.unpacked(text, 2))
    except (ValueError, OverflowError):
        return None
    return Place(key, number) if 0 <= number < 2**63 and abs(key) <= UNKNOWN else None
