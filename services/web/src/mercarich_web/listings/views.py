"""A seller's listings on a page: filters, order, and the state of each one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from mercarich_contracts.market import OUT_OF_STOCK
from mercarich_listings.listing import DOWN, UP
from mercarich_listings.transition import Facts, Stage, stage_of
from mercarich_reasons.reason import Reason
from mercarich_replacements.earnings import Earnings
from mercarich_web import paging

ROWS = 50
"""Rows of a page."""


class Badge(StrEnum):
    """The state of a listing as its seller sees it: its stage, or that Amazon does not know its SKU."""

    DRAFT = "draft"
    REGISTERING = "registering"
    """The offer is being created at Amazon, or is to be found there: it is not on sale as far as is known."""
    ORPHAN = "orphan"
    HELD = "held"
    """Its withdrawal waits for a second look or for a person."""
    SEARCHING = "searching"
    """Withdrawn, and a replacement is being searched for."""
    PAUSED = "paused"
    """Taken down by the loss rule, until a sale earns enough."""
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    """The seller has stopped watching it."""
    UNSEEN = "unseen"
    """On sale by the books alone: an import said so, and Amazon was not read yet."""
    ON_SALE = "on_sale"


BADGES: Mapping[Stage, Badge] = {
    Stage.DRAFT: Badge.DRAFT,
    Stage.REGISTERING: Badge.REGISTERING,
    Stage.ON_SALE: Badge.ON_SALE,
    Stage.HELD: Badge.HELD,
    Stage.MARKED: Badge.ON_SALE,
    Stage.SEARCHING: Badge.SEARCHING,
    Stage.PAUSED: Badge.PAUSED,
    Stage.WITHDRAWN: Badge.WITHDRAWN,
    Stage.STOPPED: Badge.STOPPED,
    Stage.LEAVING: Badge.DRAFT,
}


class View(StrEnum):
    """Which listings are shown: all, those in a stage, or those with a common property."""

    ALL = "all"
    ON_SALE = "on_sale"
    """Also as Amazon has shown or accepted."""
    UNSEEN = "unseen"
    """On sale by the books alone: Amazon was not read yet."""
    EXPOSED = "exposed"
    """Amazon still sells them while their source is gone or their quantity is 0."""
    SEARCHING = "searching"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    HELD = "held"
    PENDING = "pending"
    """The newest quantity is not at Amazon yet."""
    PROBLEM = "problem"
    """Amazon refused the last push, or does not know the SKU."""
    REGISTERING = "registering"
    """Amazon does not sell them yet."""
    DRAFT = "draft"
    PRICE_STOPPED = "price_stopped"
    """Their price follows its source no more until their seller resumes it."""
    AT_A_LOSS = "at_a_loss"
    """On sale, and a sale would cost more than it brings."""
    THIN_MARGIN = "thin_margin"
    """On sale, and a sale would earn less than the seller wants."""
    UNKNOWN_COST = "unknown_cost"
    """On sale, and it is not known what a sale would earn."""


_OFFERS = frozenset({*UP, *DOWN})
STAGES_OF: Mapping[View, frozenset[Stage]] = {
    View.ALL: frozenset(Stage),
    View.ON_SALE: frozenset({Stage.ON_SALE, Stage.MARKED}),
    View.UNSEEN: frozenset({Stage.ON_SALE, Stage.MARKED}),
    View.EXPOSED: _OFFERS,
    View.SEARCHING: frozenset({Stage.SEARCHING}),
    View.PAUSED: frozenset({Stage.PAUSED}),
    View.WITHDRAWN: frozenset({Stage.WITHDRAWN}),
    View.STOPPED: frozenset({Stage.STOPPED}),
    View.HELD: frozenset({Stage.HELD}),
    View.PENDING: _OFFERS,
    View.PROBLEM: _OFFERS,
    View.REGISTERING: frozenset({Stage.REGISTERING}),
    View.DRAFT: frozenset({Stage.DRAFT, Stage.LEAVING}),
    View.PRICE_STOPPED: _OFFERS,
    View.AT_A_LOSS: frozenset(UP),
    View.THIN_MARGIN: frozenset(UP),
    View.UNKNOWN_COST: frozenset(UP),
}
"""Stages that a listing of the view may be in."""


class Order(StrEnum):
    NEWEST = "newest"
    """By the time of the last change."""
    OLDEST = "oldest"
    SKU = "sku"
    SKU_DOWN = "sku_down"

    @property
    def is_by_sku(self) -> bool:
        return self in (Order.SKU, Order.SKU_DOWN)

    @property
    def is_down(self) -> bool:
        return self in (Order.NEWEST, Order.SKU_DOWN)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after the listing with this value of the sort column and this id."""

    value: str | datetime
    listing_id: int


LONGEST_SEARCH = 300
"""Characters of a search; an address that an app shares is often longer than a hundred."""


@dataclass(frozen=True, slots=True)
class Wish:
    view: View = View.ALL
    words: str = ""
    """Search text as typed: part of the SKU or title, or a whole ASIN or source id."""
    marketplace: str | None = None
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True)
class ListingRow:
    id: int
    sku: str
    asin: str | None
    title: str | None
    marketplace: str
    item_id: str
    listed: bool
    quantity: int
    pushed_quantity: int | None
    revision: int
    pushed_revision: int
    searching: bool
    hold_id: int | None
    orphan: bool
    push_problem: Reason | None
    changed_at: datetime
    source_state: str
    source_price_jpy: int | None
    checked_at: datetime | None
    earned: Earnings
    stopped_at: datetime | None = None
    paused_at: datetime | None = None
    registering: bool = False
    pictured: bool = False
    """Its main picture is kept here."""

    @property
    def badge(self) -> Badge:
        up, held = self.quantity > 0, self.hold_id is not None
        stopped, paused = self.stopped_at is not None, self.paused_at is not None
        # A listing that is being deleted is shown as a draft.
        facts = Facts(self.listed, False, self.registering, up, held, self.searching, stopped, paused)
        return badge(stage_of(facts), orphan=self.orphan, unseen=self.pushed_quantity is None)

    @property
    def is_pending(self) -> bool:
        return self.listed and self.revision > self.pushed_revision

    @property
    def is_exposed(self) -> bool:
        return exposed(self, self.source_state)


@dataclass(frozen=True, slots=True)
class ListingPage:
    rows: Sequence[ListingRow]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The number of a seller's listings in each view."""

    all: int = 0
    on_sale: int = 0
    unseen: int = 0
    exposed: int = 0
    searching: int = 0
    paused: int = 0
    withdrawn: int = 0
    stopped: int = 0
    held: int = 0
    pending: int = 0
    problem: int = 0
    registering: int = 0
    draft: int = 0
    price_stopped: int = 0
    at_a_loss: int = 0
    thin_margin: int = 0
    unknown_cost: int = 0

    def of(self, view: View) -> int:
        count: int = getattr(self, view.value)
        return count


@dataclass(frozen=True, slots=True)
class Shop:
    """A seller's listings at a glance."""

    figures: Figures
    exposed: Mapping[int, datetime | None]
    """Listings that Amazon still sells, with the latest time since when; None: the source is not gone."""


class AtAmazon(Protocol):
    """The columns that decide whether Amazon still sells a listing."""

    @property
    def listed(self) -> bool: ...

    @property
    def orphan(self) -> bool: ...

    @property
    def quantity(self) -> int: ...

    @property
    def pushed_quantity(self) -> int | None: ...


def badge(stage: Stage, *, orphan: bool, unseen: bool = False) -> Badge:
    """`unseen`: it is not known what Amazon shows."""
    if orphan and stage in _OFFERS:
        return Badge.ORPHAN
    return Badge.UNSEEN if unseen and BADGES[stage] is Badge.ON_SALE else BADGES[stage]


def exposed(row: AtAmazon, source_state: str) -> bool:
    """Return whether Amazon still sells the listing although its source is gone."""
    on_sale = row.pushed_quantity is None or row.pushed_quantity > 0
    return row.listed and not row.orphan and on_sale and (row.quantity == 0 or source_state in OUT_OF_STOCK)


def packed(place: Place) -> str:
    """Return the place as text for an address."""
    value = place.value if isinstance(place.value, str) else place.value.isoformat()
    return paging.packed(str(place.listing_id), value)


def unpacked(text: str, order: Order) -> Place | None:
    """Return the place, or None for a text that is not valid, which leads to the first page."""
    try:
        number, value = paging.unpacked(text, 2)
        listing_id = int(number)
        if not 0 <= listing_id < 2**63:  # The number exceeds what a database column holds.
            return None
        if order.is_by_sku:
            return Place(value, listing_id)
        at = datetime.fromisoformat(value)
        return None if at.tzinfo is None else Place(at.astimezone(UTC), listing_id)
    except (ValueError, OverflowError):
        return None


def picture_type(data: bytes) -> str | None:
    """Return the media type by the file's first bytes. Its name does not matter: nothing else is shown as a picture."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None
