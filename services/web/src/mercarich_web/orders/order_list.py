"""What sellers have to buy, as `mercarich orders` tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class OrderToBuy:
    """An open item without a decision."""

    order_id: str
    sku: str | None
    title: str | None
    quantity: int
    price_jpy: int | None
    """Of one piece; None while the order is pending."""
    status: str
    ordered_at: datetime
    ship_by: datetime | None
    end_at: datetime | None
    """End of the auction in which its source is for sale: it must be bought before. None: it is none."""
    standing: str
    """What its source is like now: a `Standing`."""
    url: str | None
    """The page of its source; None: none is known."""
    found: Sequence[str]
    """Where the source is gone: the pages of items that fit; a known postage first, then the cheapest."""
    doubtful: Sequence[str]
    """Where nothing was found: the pages of items that the pictures alone refused."""
    profit_jpy: int | None
    unknown: tuple[Reason, ...]
    """What is not known of the profit."""


@dataclass(frozen=True, slots=True)
class LateShipments:
    """Of the orders that were to be shipped in the last so many days."""

    days: int
    orders: int
    late: int
    overdue: int
    """Of the late ones, those that are still to be shipped."""
    due_soon: int
    """Open orders that are to be shipped within a day."""
    unclear: int
    """Shipped orders of which it is not known whether they were in time; they count neither way."""
    share: float | None
    """The rate of late shipments, 0 to 1; None: not known."""
    known_since: datetime | None
    """Orders that were to be shipped before are not known; None: none are."""


@dataclass(frozen=True, slots=True)
class SellersOrders:
    username: str
    orders: int
    """Orders of the last seven days."""
    cancelled: int
    share: float | None
    """The cancellation rate, 0 to 1; None: not known."""
    number: int
    """Ordered items that are to be bought."""
    to_buy: Sequence[OrderToBuy]
    """The most urgent of them first, 200 at most."""
    is_linked: bool
    """An account is linked, and Amazon takes its token."""
    read_at: datetime | None
    """When orders were last read at Amazon; None: they were not read yet."""
    problem: Reason | None
    """Why the last read failed, so that newer orders are missing; None: it went well."""
    late_shipments: Sequence[LateShipments]
    """Of Amazon's two periods, the shorter one first."""


@dataclass(frozen=True, slots=True)
class OrderList:
    sellers: Sequence[SellersOrders]
