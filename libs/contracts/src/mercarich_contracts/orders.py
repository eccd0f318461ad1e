"""An order at Amazon, as it is stored: its status there, who has cancelled it, and what its seller decided."""

from datetime import UTC, datetime
from enum import StrEnum

ORDERED = datetime(2000, 1, 1, tzinfo=UTC)
"""`source_items.due_at` of what a buyer has ordered and nobody has looked at since: workers look at it at once."""


class OrderStatus(StrEnum):
    """`FulfillmentStatus` of the Orders API 2026-01-01, and what an unknown one counts as."""

    PENDING_AVAILABILITY = "pending_availability"
    """A pre-order."""
    PENDING = "pending"
    """Placed and not paid."""
    UNSHIPPED = "unshipped"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    UNFULFILLABLE = "unfulfillable"
    UNKNOWN = "unknown"
    """A status of a later API, or none was told."""


class Canceller(StrEnum):
    """Who cancelled an order: `cancelledBy` of the Orders API 2026-01-01."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    """Counts in the seller's cancellation rate."""
    AMAZON = "amazon"


OPEN = (
    *(OrderStatus.PENDING_AVAILABILITY, OrderStatus.PENDING, OrderStatus.UNSHIPPED),
    *(OrderStatus.PARTIALLY_SHIPPED, OrderStatus.UNKNOWN),
)
"""The piece is still to be bought, or to be sent."""
NOT_PAID = (OrderStatus.PENDING, OrderStatus.PENDING_AVAILABILITY)
"""Amazon has not taken the buyer's payment: it may still cancel the order by itself."""


def is_open(status: OrderStatus, cancelled_by: Canceller | None, unfulfilled: int | None) -> bool:
    """Return whether an item of an order is still to be sent: of an open order, some may be cancelled or sent.

    `unfulfilled`: pieces that are still to be sent; None: Amazon did not tell. As SQL: `mercarich_db.open_orders`.
    """
    return status in OPEN and cancelled_by is None and unfulfilled != 0


class OrderDecision(StrEnum):
    """What a seller did with an ordered item, or found out about it."""

    ORDERED = "ordered"
    """Ordered at a source, and not paid or not received yet."""
    BOUGHT = "bought"
    SHIPPED_BY_OTHERS = "shipped_by_others"
    """Sent from a stock that Mercarich does not know."""
    CANNOT_BE_SOURCED = "cannot_be_sourced"
    """The order will be cancelled, which counts in the cancellation rate."""


BUYS = frozenset({OrderDecision.ORDERED, OrderDecision.BOUGHT})
"""Decisions after which the source may be gone."""
