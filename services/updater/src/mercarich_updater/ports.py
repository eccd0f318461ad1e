"""The interfaces that the updater needs from outside, and what each raises."""

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
from mercarich_replacements.approval import ByRule
from mercarich_replacements.filters import Refusal
from mercarich_replacements.matching import Likeness
from mercarich_replacements.rules import Rules, Wanted
from mercarich_runs.ports import Marking, Pending, Run


class NoPicture(refusal.Refusal):
    """The picture cannot be fetched, or is not a picture. The reason says which one and why."""


class NotSearched(Exception):
    """The marketplace could not be searched now; the text is the reason. It says nothing about stock."""


class UsedMeanwhile(Exception):
    """The seller now uses the replacement for another listing."""


class TooDearMeanwhile(Exception):
    """With the replacement, an offer would earn less than the loss rule allows."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


class GoneMeanwhile(Exception):
    """A newer look than ours saw that the replacement is gone."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's address at a marketplace; only that marketplace's proxy may fetch it."""

    marketplace: Marketplace
    url: str
    """Empty if only the saved file is known."""
    saved: str | None = None
    """Path below the pictures' folder, if it was saved. An existing file is preferred to the URL."""


class PictureLater(NotSearched):
    """This picture cannot be fetched now."""

    def __init__(self, error: str, picture: Picture) -> None:
        """`error` is the proxy's error code."""
        super().__init__(f"picture: {error}")
        self.error = error
        self.picture = picture


class Pictures(Protocol):
    """How similar two pictures are. Both comparisons raise `NoPicture`, `ProxyAway` and `PictureLater`."""

    def quick(self, ours: Picture, theirs: Picture) -> float:
        """Return the correlation of the grey histograms at 200 x 200 pixels, from -1 to 1: cheap, the first test."""

    def likeness(self, ours: Picture, theirs: Picture) -> Likeness:
        """Return the similarity by features and colours: expensive, the last test."""

    def preview(self, picture: Picture) -> bytes | None:
        """Return a picture that was just compared as a small JPEG, without fetching it again; None if it is not at hand
        any more."""


class Search(Protocol):
    def __call__(self, marketplace: Marketplace, request: SearchRequest) -> SearchResult:
        """Return one page of results. Raises `NotSearched` and `ProxyAway`."""


class Look(Protocol):
    def __call__(self, marketplace: Marketplace, item_id: str) -> Item:
        """Return an item as it is now, not from a cache. Raises `ProxyAway`."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate, and why it was refused; None: it matches."""

    item: Item
    refusal: Refusal | None
    page_seen: bool = False
    """Whether the item comes from its own page, not from the search result."""
    quick: float | None = None
    """Correlation of the grey histograms. This and the next: None if the test was not reached."""
    likeness: Likeness | None = None
    picture: int = 0
    """Which of the item's pictures `likeness` is of; 0: the main one."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The listings of a message. `generation` None: the message was sent by a withdrawal, and no fence applies."""

    message: RevivalWanted

    @property
    def run(self) -> Run | None:
        """The update run that the message belongs to."""
        message = self.message
        if message.generation is None or message.run_id is None:
            return None
        return Run(message.run_id, message.marketplace, message.generation)

    @property
    def run_id(self) -> int | None:
        return None if self.run is None else self.run.id


@dataclass(frozen=True, slots=True)
class Done:
    """One listing that was given a new source."""

    listing_id: int
    user_id: int
    kind: EventKind
    """Kind of its event: swapped or restored."""
    quantity: int

    @classmethod
    def of(cls, given: Lived) -> Self:
        assert given.event is not None
        return cls(given.after.id, given.after.user_id, given.event.kind, given.after.quantity)


@dataclass(frozen=True, slots=True)
class Approved:
    """A replacement that a person approved; it is looked at once more before it is applied."""

    revival_id: int
    wanted: Wanted
    marketplace: Marketplace
    item_id: str
    price_jpy: int | None
    """Its price when it was proposed. This and the next: None when it was not known."""
    postage_jpy: int | None


@dataclass(frozen=True, slots=True)
class Ageing:
    """A source of restores that are not pushed yet, or of offers that are being created, whose last look is too old."""

    source_item_id: int
    marketplace: Marketplace
    item_id: str


@dataclass(frozen=True, slots=True)
class ListingRow:
    id: int


class Plan(Pending[ListingRow], Marking, Protocol):
    """The listings of an update run."""


class Listings(Protocol):
    """Listings that need a replacement. Every method raises `DatabaseAway`; those with a batch `Superseded`, too.

    The result of a search is not stored for listings that another run has taken meanwhile: that run searches again.
    """

    def claim(self, batch: Batch, claim: str, until: datetime, now: datetime) -> Sequence[Wanted]:
        """Claim those that no other worker has and that still need one, and count an attempt for each.

        `claim` is a token that no other claim has, of 32 characters.
        """

    def renew(self, batch: Batch, claim: str, wanted: Wanted, until: datetime) -> None:
        """Extend the lease of those of the listings that the claim still holds."""

    def release(self, batch: Batch, claim: str) -> None:
        """Give back the listings that the claim still holds, those without a result; their attempt does not count."""

    def rules(self, user_id: int) -> Rules: ...

    def used(self, user_id: int, items: Sequence[Item]) -> frozenset[tuple[Marketplace, str]]:
        """Return those of the items that are `in_use`, and those shown for an open order."""

    def in_use(self, user_id: int, items: Sequence[Item]) -> frozenset[tuple[Marketplace, str]]:
        """Return those of the items that the seller already uses, as a source or as a SKU."""

    def put_off(self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], reason: str, now: datetime) -> None:
        """Schedule another search after an inconclusive one. The run gives the listing up if that happens too often."""

    def none_found(self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], now: datetime) -> None: ...

    def propose(
        self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], found: Item, picture: bytes | None, now: datetime
    ) -> None:
        """Propose the replacement to a person, with the JPEG of its picture."""

    def revive(
        self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], found: Item, rules: Rules, now: datetime
    ) -> Sequence[Done]:
        """Give the listings their new source; return none when they no longer need one.

        Raises `UsedMeanwhile`, `GoneMeanwhile` and `TooDearMeanwhile`.
        """


class Approvals(Protocol):
    """Sellers' rules that approve replacements without a person. Every method raises `DatabaseAway`."""

    def sellers(self) -> Sequence[int]:
        """Return the ids of sellers whose rule is on."""

    def waiting(self, marketplace: Marketplace, user_id: int, after: int) -> Sequence[int]:
        """Return some ids of proposals that wait, in their order, behind `after`; none: there are no more."""

    def approve(self, marketplace: Marketplace, user_id: int, revival_ids: Sequence[int], now: datetime) -> ByRule:
        """Approve those that the seller's rule, as it is now, approves."""


class Decisions(Protocol):
    """Decisions of people, and restores that wait for their push. Every method raises `DatabaseAway`."""

    def approved(self, marketplace: Marketplace) -> Sequence[Approved]: ...

    def take(self, approved: Approved, found: Item, rules: Rules, now: datetime) -> Sequence[Done]:
        """Apply an approved replacement. Raises `UsedMeanwhile`, `GoneMeanwhile` and `TooDearMeanwhile`."""

    def lapse(self, approved: Approved, reason: Reason, now: datetime) -> None:
        """Discard an approved replacement that can no longer be used; the search continues."""

    def put_off(self, marketplace: Marketplace, now: datetime) -> Sequence[int]:
        """Return ids of listings outside any run whose search must be repeated now.

        Their last search was inconclusive, or its worker was lost.
        """

    def ageing(self, marketplace: Marketplace, since: datetime, until: datetime, after: int) -> Sequence[Ageing]:
        """Return some sources of pushable restores, and of offers that are being created, that were not seen between
        `since` and `until`, by id, behind the source `after`."""

    def seen_again(self, source: Ageing, item: Item, now: datetime) -> int:
        """Store a look. If the source is gone, withdraw its restores before they are pushed; if it is too dear for the
        loss rule, pause them. Return how many."""
