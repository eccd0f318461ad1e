"""Amazon is asked what it would keep of a sale of each offer, after everything else that is asked of it."""

from dataclasses import dataclass
from datetime import timedelta

from mercarich_feed.domain.answers import AmazonTrouble, ContentRefused, Forbidden
from mercarich_feed.domain.fees import BATCH, FORBIDDEN, PAUSE, all_of
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports import Amazon
from mercarich_feed.ports_fees import Fees
from mercarich_reasons.earnings import FeeRefused, FeesForbidden


@dataclass(frozen=True, slots=True)
class EstimateFees:
    """Ask for the estimates that are due, twenty at a time. A request that is lost is made again after its lease."""

    fees: Fees
    amazon: Amazon

    def __call__(self, account: Account) -> float | None:
        """Return the seconds until the next request, or None when none is due. Raises `AmazonTrouble`."""
        claim, offers = self.fees.claim(account.user_id, BATCH)
        if not offers:
            return None
        try:
            results = self.amazon.fees(account, offers)
        except Forbidden as trouble:
            forbidden = FeesForbidden(trouble.said.text, trouble.said.issue)
            self.fees.settle(claim, all_of(offers, forbidden), again_after=FORBIDDEN)
            return None
        except ContentRefused as trouble:
            # One offer spoils a whole request: each of them is asked for alone, at once, and again if it is the one.
            refused = FeeRefused(trouble.said.text, trouble.said.issue)
            wait = timedelta(0) if len(offers) > 1 else None
            self.fees.settle(claim, all_of(offers, refused), again_after=wait, alone=True)
            return PAUSE.total_seconds()
        except AmazonTrouble:
            self.fees.release(claim, offers)
            raise
        self.fees.settle(claim, results)
        return PAUSE.total_seconds()
