"""A seller's cancellation rate by real orders. No I/O.

Amazon divides the orders that the seller cancelled by the orders of seven days; pending orders and cancellations by
buyers are left out (Seller Central, "Order Performance").
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LIMIT = 0.025
"""Amazon requires less (Seller Central, "Order Performance")."""
NEAR = 0.6 * LIMIT
"""The share from which on the seller is told: early enough to decide the next orders otherwise."""
WEEK = timedelta(days=7)
LATE = timedelta(hours=1)
"""How old the last read may be. With an older one, the orders of the last days are not known."""


class RateWarning(StrEnum):
    """How a rate stands to Amazon's limit."""

    NEAR = "near"
    REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Rate:
    """Orders of the last seven days, without pending ones and those that buyers cancelled."""

    orders: int
    cancelled: int
    """Orders of which the seller cancelled an item."""
    unclear: int
    """Cancelled orders of which Amazon does not tell by whom; they do not count as the seller's."""
    announced: int
    """Open orders of which the seller decided that an item cannot be sourced."""
    read_until: datetime | None
    """How far orders were read; None: not at all, or not as far as `LATE` before now."""

    @property
    def share(self) -> float | None:
        """Return the rate, 0 to 1; None when it is not known, or when there are no orders."""
        return self._share(0)

    @property
    def with_announced(self) -> float | None:
        """Return what the rate will be once the seller has cancelled what cannot be sourced."""
        return self._share(self.announced)

    @property
    def with_one_more(self) -> float | None:
        """Return the same with one more cancelled order."""
        return self._share(self.announced + 1)

    @property
    def warning(self) -> RateWarning | None:
        """Return how near to the limit the rate is, or will be with what is announced; None: not near, or not known."""
        share = self.with_announced
        if share is None or share < NEAR:
            return None
        return RateWarning.NEAR if share < LIMIT else RateWarning.REACHED

    def _share(self, more: int) -> float | None:
        if self.read_until is None or not self.orders:
            return None
        return min(1.0, (self.cancelled + more) / self.orders)
