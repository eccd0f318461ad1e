"""A seller's rate of late shipments by real orders. No I/O.

Amazon divides the orders whose shipment was confirmed after the time to ship by by all orders, over ten days and over
thirty, and requires less than 4 % of both (Seller Central, "Late shipment rate"). Only a confirmation counts: an order
that is still open after its time is late already, whatever was sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_web.cancellations.rate import RateWarning

LIMIT = 0.04
"""Amazon requires less (Seller Central, "Late shipment rate")."""
NEAR = 0.6 * LIMIT
"""The share from which on the seller is told: early enough to ship the next orders before others."""
PERIODS = (10, 30)
"""Days of Amazon's two periods."""
SOON = timedelta(days=1)
"""Time left to ship by from which on an open order is told as one that would be late next."""


@dataclass(frozen=True, slots=True)
class LateRate:
    """Paid orders that were to be shipped in a period that ends now, without those that were cancelled."""

    days: int
    orders: int
    late: int
    """Orders with an item that was shipped after its time, or that is still to be shipped after it."""
    overdue: int
    """Of these, those with an item that is still to be shipped."""
    due_soon: int
    """Open orders that are to be shipped within `SOON`."""
    unclear: int
    """Shipped orders of which it is not known whether they were in time; they count neither way."""
    known_since: datetime | None
    """Orders that were to be shipped before are not known; None: nor are the others, as orders are not read."""

    @property
    def share(self) -> float | None:
        """Return the rate, 0 to 1; None when it is not known, or when there are no orders."""
        return self._share(0)

    @property
    def with_due(self) -> float | None:
        """Return what the rate will be if nothing of what is due soon is shipped in time."""
        return self._share(self.due_soon)

    @property
    def warning(self) -> RateWarning | None:
        """Return how near to the limit the rate is; None: not near, or not known."""
        share = self.share
        if share is None or share < NEAR:
            return None
        return RateWarning.NEAR if share < LIMIT else RateWarning.REACHED

    def is_whole(self, now: datetime) -> bool:
        """Return whether all orders of the period are known."""
        return self.known_since is not None and self.known_since <= now - timedelta(days=self.days)

    def _share(self, more: int) -> float | None:
        orders = self.orders + more
        return (self.late + more) / orders if self.known_since is not None and orders else None


def worst(rates: Sequence[LateRate]) -> LateRate:
    """Return the rate that is nearest to Amazon's limit; of equal ones the first, and the first where none is known."""
    return max(rates, key=lambda rate: -1.0 if rate.share is None else rate.share)
