"""An order at Amazon, as it is stored: its status there, and who has cancelled it."""

from enum import StrEnum


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
