"""The read-back: Amazon is read after each push, and again from time to time, so that it shows what the books say."""

from dataclasses import dataclass

from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports import Amazon, Listings

READS = 20
"""Offers read in one go: as many as a search takes; singly four seconds of the quota."""
_LONGEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Read offers that are due, without holding up the lanes that push."""

    listings: Listings
    amazon: Amazon

    def __call__(self, account: Account) -> float | None:
        """Return the seconds until the next turn, or None when nothing is to be read. Raises `AmazonTrouble`."""
        offers, wait = self.listings.to_read(account.user_id, READS)
        if not offers:
            return None if wait is None else min(wait, _LONGEST_SECONDS)
        answers = self.amazon.shown(account, offers)
        self.listings.read_back([answer for answer in answers if answer.served])
        for answer in answers:
            if answer.trouble is not None and not answer.served:
                raise answer.trouble
        return 0.0
