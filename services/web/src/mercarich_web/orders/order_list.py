"""What sellers have to buy, as `mercarich orders` tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


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
    standing: str
    """What its source is like now: a `Standing`."""
    url: str | None
    """The page of its source; None: none is known."""
    found: Sequence[str]
    """Where the source is gone: the pages of items that fit, the cheapest first."""
    profit_jpy: int | None
    missing: Sequence[str]
    """What is not known of the profit: `Missing`."""


@dataclass(frozen=True, slots=True)
class SellersOrders:
    username: str
    orders: int
    """Orders of the last seven days."""
    cancelled: int
    share: float | None
    """The cancellation rate, 0 to 1; None: not known."""
    to_buy: Sequence[OrderToBuy]
    """The most urgent first."""


@dataclass(frozen=True, slots=True)
class OrderList:
    sellers: Sequence[SellersOrders]
