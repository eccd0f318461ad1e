"""What the updater needs from outside, in its own words, and what each port raises."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import RevivalWanted
from mercarich_contracts.proxy_api import Item, SearchRequest, SearchResult
from mercarich_listings.listing import Lived
from mercarich_reasons import refusal
from mercarich_reasons.reason import Reason
from mercarich_replacements.filters import Refusal
from mercarich_replacements.matching import Likeness
from mercarich_replacements.rules import Rules, Wanted
from mercarich_runs.ports import Marking, Pending


class NoPicture(refusal.Refusal):
    """The picture cannot be had or is none; the reason says which and why."""


class NotSearched(Exception):
    """The marketplace could not be searched for now; the text is the reason. It says nothing about stock."""


class UsedMeanwhile(Exception):
    """The seller has begun to use the replacement for another listing."""


class GoneMeanwhile(Exception):
    """A look that is newer than ours saw that the replacement is gone."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's address at a marketplace; only that marketplace's proxy may fetch it."""

    marketplace: Marketplace
    url: str
    """Empty: only the saved one is known."""
    saved: str | None = None
    """Where it lies below the pictures' folder, if it was saved; a file that is there is taken first."""


class PictureLater(NotSearched):
    """This picture cannot be had for now."""

    def __init__(self, error: str, picture: Picture) -> None:
        """`error` is the proxy's word."""
        super().__init__(f"picture: {error}")
        self.error = error
        self.picture = picture


class Pictures(Protocol):
    """How alike two pictures are. Both methods raise `NoPicture`, `ProxyAway` and `PictureLater`."""

    def quick(self, ours: Picture, theirs: Picture) -> float:
        """Correlation of the grey histograms at 200x200, from -1 to 1: cheap, the first test."""

    def likeness(self, ours: Picture, theirs: Picture) -> Likeness:
        """What features and colours say: dear, the last test."""


class Search(Protocol):
    def __call__(self, marketplace: Marketplace, request: SearchRequest) -> SearchResult:
        """One page of results. Raises `NotSearched` and `ProxyAway`."""


class Look(Protocol):
    def __call__(self, marketplace: Marketplace, item_id: str) -> Item:
        """One item as it is now, not from memory. Raises `ProxyAway`."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate and why it was refused; None: it matches."""

    item: Item
    refusal: Refusal | None
    page_seen: bool = False
    """The item is as its own page showed it, not as a row of the search's result."""
    quick: float | None = None
    """Correlation of the grey histograms; this and the next: as far as it came to that."""
    likeness: Likeness | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A message's rows as the worker sees them. `generation` None: woken by a withdrawal, fenced by nobody."""

    message: RevivalWanted

    @property
    def run_id(self) -> int | None:
        """The update run that asks."""
        return None if self.message.generation is None else self.message.run_id


@dataclass(frozen=True, slots=True)
class Done:
    """One listing that was given its new source."""

    listing_id: int
    user_id: int
    kind: EventKind
    """Of the event that tells of it: swapped, or restored."""
    quantity: int

    @classmethod
    def of(cls, given: Lived) -> Self:
        assert given.event is not None
        return cls(given.after.id, given.after.user_id, given.event.kind, given.after.quantity)


@dataclass(frozen=True, slots=True)
class Approved:
    """A replacement that a person has approved; it is looked at once more before it is taken."""

    revival_id: int
    wanted: Wanted
    marketplace: Marketplace
    item_id: str


@dataclass(frozen=True, slots=True)
class Ageing:
    """A source of restored listings that are not pushed yet, seen so long ago that it must be looked at again."""

    source_item_id: int
    marketplace: Marketplace
    item_id: str


@dataclass(frozen=True, slots=True)
class ListingRow:
    id: int


class Plan(Pending[ListingRow], Marking, Protocol):
    """The listings of an update run."""


class Listings(Protocol):
    """The listings that want a replacement. Every method raises `DatabaseAway`; with a batch, `Superseded`."""

    def claim(self, batch: Batch, until: datetime, now: datetime) -> Sequence[Wanted]:
        """Take those that nobody else has and that still want one, counting an attempt for each."""

    def renew(self, wanted: Wanted, until: datetime) -> None: ...

    def release(self, batch: Batch, wanted: Sequence[Wanted]) -> None:
        """Give back unsearched ones, their attempt not counted."""

    def rules(self, user_id: int) -> Rules: ...

    def used(self, user_id: int, items: Sequence[Item]) -> frozenset[tuple[Marketplace, str]]:
        """Those of the items that the seller uses already, as a source or as a SKU."""

    def put_off(self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], reason: str, now: datetime) -> None:
        """The search told nothing: asked again later, and let go of by the run when that happens too often."""

    def none_found(self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], now: datetime) -> None: ...

    def propose(self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], found: Item, now: datetime) -> None:
        """A person is to decide."""

    def revive(
        self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], found: Item, rules: Rules, now: datetime
    ) -> Sequence[Done]:
        """Give the listings their new source; empty when they no longer want one.

        Raises `UsedMeanwhile` and `GoneMeanwhile`.
        """


class Decisions(Protocol):
    """What people decided, and restores that wait for their push. Every method raises `DatabaseAway`."""

    def approved(self, marketplace: Marketplace) -> Sequence[Approved]: ...

    def take(self, approved: Approved, found: Item, rules: Rules, now: datetime) -> Sequence[Done]:
        """Raises `UsedMeanwhile` and `GoneMeanwhile`."""

    def lapse(self, approved: Approved, reason: Reason, now: datetime) -> None:
        """It is gone by now; the search goes on."""

    def put_off(self, marketplace: Marketplace, now: datetime) -> Sequence[int]:
        """Listings outside of any run whose search told nothing, or lost its worker, and is to be repeated by now."""

    def ageing(self, marketplace: Marketplace, seen_before: datetime, after: int) -> Sequence[Ageing]:
        """Some of those that could be pushed, in order of their sources, behind the source `after`."""

    def seen_again(self, source: Ageing, item: Item, now: datetime) -> int:
        """Keep what was seen; a source that is gone takes its restores back before their push. Returns how many."""
