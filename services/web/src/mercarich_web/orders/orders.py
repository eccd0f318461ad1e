"""An item of an order: what its source is like now, and what buying it would leave. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_contracts.market import OUT_OF_STOCK, Marketplace, State
from mercarich_contracts.orders import NOT_PAID, Canceller, OrderDecision, OrderStatus, is_open
from mercarich_contracts.sites import SITES
from mercarich_reasons.earnings import NoSourceKnown, OrderPriceNotTold, SourcePostageNotKnown
from mercarich_reasons.reason import Reason
from mercarich_replacements.earnings import Sale, Terms, price_of
from mercarich_replacements.fees import Estimate

URGENT = timedelta(days=1)
"""Time left to ship, or until the source's auction ends, from which on it is urgent to buy."""


class Standing(StrEnum):
    """What the source of an ordered item is like now."""

    THERE = "there"
    """Seen on sale since the order."""
    NOT_LOOKED = "not_looked"
    """Not looked at since the order."""
    UNKNOWN = "unknown"
    """The last look was inconclusive."""
    GONE = "gone"
    NO_SOURCE = "no_source"


class Step(StrEnum):
    """What happened to an ordered item, in the order in which it is told."""

    ORDERED = "ordered"
    READ = "read"
    LOOKED = "looked"
    DECIDED = "decided"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Source:
    """A source as the last looks found it."""

    marketplace: str
    item_id: str
    state: str
    reason: str | None
    price_jpy: int | None
    checked_at: datetime | None
    """The last look with a known state."""
    check_problem: str | None
    """Why the last look was inconclusive; None: it was not."""
    postage_jpy: int | None
    """What the buyer pays for postage besides the price; None: not known."""
    end_at: datetime | None = None
    """End of its auction, as its page said at the last look; None: it is none, or it is not known."""
    title: str | None = None
    doubt: Reason | None = None
    """Of what was found for an order: why the pictures, and nothing else, refused it; None: it fits."""
    picture: int | None = None
    """Of what was found for an order: the id by which its picture is read; None: none was kept."""

    @property
    def url(self) -> str:
        """Return the address of its page at the marketplace."""
        return SITES[Marketplace(self.marketplace)].page_url(self.item_id)

    @property
    def price(self) -> int | Reason:
        """Return what it costs in yen without postage, or why that is not known."""
        return price_of(Sale(None, self.state, self.reason, self.price_jpy, self.postage_jpy))


@dataclass(frozen=True, slots=True)
class Decided:
    """A seller's decision on an ordered item."""

    decision: OrderDecision
    note: str | None
    paid_jpy: int | None
    """What the seller paid at the source, in all."""
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Search:
    """The search for another source of an ordered item whose own is gone."""

    found: Sequence[Source] = ()
    """Items that fit, within the order's break-even: those of a known postage first, then by what they cost.
    `checked_at`: when each was judged."""
    doubtful: Sequence[Source] = ()
    """Items that the pictures alone refused, each with its `doubt`, in the same order. A person must look at them."""
    searched_at: datetime | None = None
    """End of the last search; None: none has ended."""
    result: Reason | None = None
    pictured: bool = False
    """Whether the listing has a picture, to compare with."""


@dataclass(frozen=True, slots=True)
class Profit:
    """What an order leaves, in yen, as far as it is known."""

    jpy: int | None
    unknown: tuple[Reason, ...] = ()
    """What is not known. With the postage not known, `jpy` is the most that can be left."""


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A SKU of an order."""

    id: int
    order_id: str
    order_item_id: str
    sku: str | None
    asin: str | None
    listing_id: int | None
    title: str | None
    quantity: int
    unfulfilled: int | None
    """Pieces that are still to be sent; None: Amazon did not tell."""
    price_jpy: int | None
    """Of one piece; None while the order is pending."""
    status: OrderStatus
    cancelled_by: Canceller | None
    ordered_at: datetime
    seen_at: datetime
    changed_at: datetime
    ship_by: datetime | None
    source: Source | None
    """The listing's source at the time of the order."""
    other: Source | None
    """The listing's source now, if it is another one and on sale."""
    decided: Decided | None
    revision: int
    """Number of changes of the decision; 0: there was none."""
    search: Search = Search()
    estimate: Estimate | None = None
    """Amazon's estimate of its fee for the listing; None: there is none."""

    @property
    def is_open(self) -> bool:
        """The item is still to be sent: of an open order, some may be cancelled or sent."""
        return is_open(self.status, self.cancelled_by, self.unfulfilled)

    @property
    def is_paid(self) -> bool:
        return self.status not in NOT_PAID

    @property
    def needs_buying(self) -> bool:
        return self.is_open and self.decided is None

    @property
    def end_at(self) -> datetime | None:
        """The end of the auction in which its source is for sale; None: it is none, or the source cannot be bought."""
        return None if self.source is None or self.standing is Standing.GONE else self.source.end_at

    @property
    def buy_by(self) -> datetime | None:
        """The time to ship by, or the end of the source's auction if that is before; None: neither is known."""
        return min((at for at in (self.ship_by, self.end_at) if at is not None), default=None)

    def is_urgent(self, now: datetime) -> bool:
        return self.ship_by is not None and self.ship_by - now < URGENT

    def ends_soon(self, now: datetime) -> bool:
        """Return whether the source's auction ends soon, or was to."""
        return self.end_at is not None and self.end_at - now < URGENT

    @property
    def can_be_cancelled(self) -> bool:
        """The seller decided that it cannot be sourced, and Amazon still waits for it."""
        decided = self.decided
        return self.is_open and decided is not None and decided.decision is OrderDecision.CANNOT_BE_SOURCED

    @property
    def standing(self) -> Standing:
        """What its source is like now. A source that was seen gone stays so until it is seen on sale again."""
        source = self.source
        if source is None:
            return Standing.NO_SOURCE
        if source.state in OUT_OF_STOCK:
            return Standing.GONE
        if source.check_problem is not None or (source.state == State.UNKNOWN and source.checked_at is not None):
            return Standing.UNKNOWN
        if source.checked_at is None or source.checked_at <= self.ordered_at:
            return Standing.NOT_LOOKED
        return Standing.THERE

    @property
    def buyable(self) -> Source | None:
        """Return where it can be bought, as far as it is known: its source, else what the listing has now, else the
        first of what was found."""
        if self.standing not in (Standing.GONE, Standing.NO_SOURCE):
            return self.source
        return self.other or next(iter(self.search.found), None)

    def profit(self, terms: Terms) -> Profit:
        """Return what is left of the order's price after Amazon's fee, other costs, and what was paid at the source, or
        would be. Of several pieces, each is taken to cost the same. `terms`: the seller's."""
        paid = None if self.decided is None else self.decided.paid_jpy
        cost, unknown = self._cost(terms) if paid is None else (paid, ())
        if self.price_jpy is None:
            return Profit(None, (OrderPriceNotTold(), *unknown))
        kept = terms.kept(self.price_jpy, self.estimate, self.quantity)
        return Profit(None if cost is None else kept - cost, unknown)

    def most_postage(self, source: Source, terms: Terms) -> int | None:
        """Return the postage of each piece, in yen, up to which the order leaves no loss. None where that of this
        source is known or counted, or a price is not known."""
        if self.price_jpy is None or isinstance(source.price, Reason) or not terms.leaves_out(source.postage_jpy):
            return None
        return max(0, terms.kept(self.price_jpy, self.estimate, self.quantity) // self.quantity - source.price)

    def _cost(self, terms: Terms) -> tuple[int | None, tuple[Reason, ...]]:
        """Return what its pieces would cost with their postage, and what is not known of that."""
        source = self.buyable
        if source is None:
            return None, (NoSourceKnown(),)
        price = source.price
        if isinstance(price, Reason):
            return None, (price,)
        unknown = (SourcePostageNotKnown(),) if terms.leaves_out(source.postage_jpy) else ()
        return terms.landed(price, source.postage_jpy) * self.quantity, unknown

    @property
    def story(self) -> Sequence[tuple[Step, datetime]]:
        """Return what happened, with its times."""
        told: list[tuple[Step, datetime]] = [(Step.ORDERED, self.ordered_at), (Step.READ, self.seen_at)]
        if self.source is not None and self.source.checked_at is not None and self.source.checked_at > self.ordered_at:
            told.append((Step.LOOKED, self.source.checked_at))
        if self.decided is not None:
            told.append((Step.DECIDED, self.decided.at))
        ends = {OrderStatus.SHIPPED: Step.SHIPPED, OrderStatus.CANCELLED: Step.CANCELLED}
        if self.status in ends:
            told.append((ends[self.status], self.changed_at))
        return told
