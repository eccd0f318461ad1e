"""Orders at Amazon, as feed reads them: which period a read is about, and what an order is without its buyer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_contracts.orders import Canceller, OrderStatus, is_open

EVERY = timedelta(minutes=3)
"""Time between two reads of a seller's orders: searchOrders allows 0.0056 a second (orders_2026-01-01)."""
OVERLAP = timedelta(minutes=10)
"""How far a read goes back behind the last one: an order may be shown late, and clocks differ."""
HISTORY = timedelta(days=8)
"""How far the first read goes back: the cancellation rate is one of seven days."""
LONGEST = timedelta(days=1)
"""Longest period of a read, so that what was read of a long one is not read again after a failure."""
RECENT = timedelta(hours=1)
"""How old an order may be for its listing to follow at once."""
WITHOUT_ROLE = timedelta(hours=1)
"""Time until the next read where Amazon refuses to show orders: the application or the seller lacks the role."""


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A SKU of an order."""

    order_id: str
    order_item_id: str
    sku: str | None
    asin: str | None
    quantity: int
    unfulfilled: int | None
    """Pieces that are still to be sent; None: Amazon did not tell."""
    price_jpy: int | None
    """What a piece was sold for; None while the order is pending, and in another currency."""
    status: OrderStatus
    cancelled_by: Canceller | None
    ordered_at: datetime
    changed_at: datetime
    ship_by: datetime | None

    @property
    def is_open(self) -> bool:
        """The item is still to be sent."""
        return is_open(self.status, self.cancelled_by, self.unfulfilled)

    @property
    def is_shipped(self) -> bool:
        """All its pieces are sent, as Amazon says."""
        in_part = self.status is OrderStatus.PARTIALLY_SHIPPED and self.unfulfilled == 0
        return self.cancelled_by is None and (self.status is OrderStatus.SHIPPED or in_part)

    def shipped_at(self, *, seen_open: bool) -> datetime | None:
        """Return when its shipment was confirmed, of an item that was not known as shipped; None: not yet, or unknown.

        Amazon tells the time of an order's last change alone, without data of its parcels. Of an item that was read
        while it was open that change is the confirmation. One that is read first when it is shipped already may have
        been changed since: that it was in time is certain where the change itself was.
        """
        if not self.is_shipped or self.ship_by is None:
            return None
        return self.changed_at if seen_open or self.changed_at <= self.ship_by else None

    def takes_a_piece(self, now: datetime) -> bool:
        """Return whether the listing must follow this order, which was not known before.

        What was cancelled meanwhile is left to the next read of the offer. So is an order that was read late: its
        listing may have been put up again since, or have another source.
        """
        is_cancelled = self.cancelled_by is not None or self.status is OrderStatus.CANCELLED
        return self.ordered_at >= now - RECENT and not is_cancelled


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of the orders that were made or changed in a period."""

    items: Sequence[OrderItem]
    until: datetime
    """The end of the period, as Amazon says."""
    next_token: str | None = None
    """None: it is the last page."""


@dataclass(frozen=True, slots=True)
class Period:
    """Orders that were made or changed from `since` on; `until` None: up to the newest that Amazon shows."""

    since: datetime
    until: datetime | None


def next_period(read_until: datetime | None, now: datetime) -> Period:
    """Return the period to read after one that ended at `read_until`; None: nothing was read before."""
    since = now - HISTORY if read_until is None else read_until - OVERLAP
    until = since + LONGEST
    return Period(since, until if until < now - EVERY else None)
