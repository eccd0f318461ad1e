"""What Amazon keeps of a sale, by Amazon's own estimate for the offer at another price."""

from dataclasses import dataclass
from datetime import datetime

LEAST_JPY = 30
"""Amazon Japan's least referral fee in all categories but media (https://sell.amazon.co.jp/pricing.html)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Amazon's estimate for one piece of an offer at a price, in whole yen."""

    fee_jpy: int
    fixed_jpy: int
    """The part of the fee that does not depend on the price, such as a closing fee of media."""
    of_price_jpy: int
    """Above 0."""
    at: datetime

    def fee(self, price_jpy: int) -> int:
        """Return the fee at this price, rounded up.

        What depends on the price is scaled, and stays at the least fee or above. An estimate below the least fee is one
        of a category that has none.
        """
        share = self.fee_jpy - self.fixed_jpy
        scaled = -(-share * price_jpy // self.of_price_jpy)
        return self.fixed_jpy + max(scaled, min(share, LEAST_JPY))
