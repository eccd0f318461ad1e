"""The interface that the estimates of Amazon's fees need from outside, besides `ports.Amazon`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from mercarich_feed.domain.fees import FeeResult, Priced


class Fees(Protocol):
    """Amazon's estimates of the fees of offers."""

    def claim(self, user_id: int, limit: int) -> tuple[str, Sequence[Priced]]:
        """Claim offers of which Amazon is to be asked now; return the claim's name and the offers.

        They are up or paused, and have no estimate yet, an old one, or one of another price; those that have waited
        longest come first, those that failed before last. One that is to be asked for alone is claimed alone.
        """

    def settle(
        self, claim: str, results: Sequence[FeeResult], *, again_after: timedelta | None = None, alone: bool = False
    ) -> None:
        """Store the results of offers that are still under this claim.

        Without an estimate the one before stays, and Amazon is asked `again_after`, by default after a wait that grows;
        `alone`: without other offers in the request.
        """

    def release(self, claim: str, offers: Sequence[Priced]) -> None:
        """Have the offers that are still under this claim asked for again: Amazon has said nothing of them."""
