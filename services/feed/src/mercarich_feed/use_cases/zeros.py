"""The read-back: every zero that Amazon accepted is read at Amazon afterwards."""

from dataclasses import dataclass

from mercarich_feed.domain.answers import Missing
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports import Amazon, Listings

ZEROS = 20
"""Offers read in one go: four seconds of the quota."""
_UNTIL_SETTLED_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class VerifyZeros:
    """Read accepted zeros back: an accepted PATCH can leave the quantity unchanged (clousale/amazon-sp-api-php#132)."""

    listings: Listings
    amazon: Amazon

    def __call__(self, account: Account) -> float | None:
        offers, more = self.listings.unverified_zeros(account.user_id, ZEROS)
        if not offers:
            return _UNTIL_SETTLED_SECONDS if more else None
        answers = self.amazon.shown_quantities(account, offers)
        known = [answer for answer in answers if answer.trouble is None or isinstance(answer.trouble, Missing)]
        self.listings.read_back(known)
        failed = [answer.trouble for answer in answers if answer not in known and answer.trouble is not None]
        if failed:
            raise failed[0]
        return 0.0 if more else None
