"""Listings to be deleted at Amazon: one call each, after all other pushes of the seller."""

from dataclasses import dataclass

from mercarich_feed.domain.answers import ContentRefused, Missing
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports import Amazon, Removals

REMOVALS = 20
"""Listings claimed at once: four seconds of the quota."""


@dataclass(frozen=True, slots=True)
class RemoveListings:
    """Delete listings at Amazon. Repeating it is harmless: a listing that Amazon does not know counts as deleted."""

    removals: Removals
    amazon: Amazon

    def __call__(self, account: Account) -> float | None:
        offers = self.removals.claim(account.user_id, REMOVALS)
        if not offers:
            return None
        answers = self.amazon.remove(account, offers)
        refused = [answer for answer in answers if isinstance(answer.trouble, ContentRefused)]
        gone = [answer for answer in answers if answer.trouble is None or isinstance(answer.trouble, Missing)]
        unreached = [answer for answer in answers if answer not in refused and answer not in gone]
        self.removals.accepted(gone)
        self.removals.put_off(refused)
        self.removals.release(unreached)
        for answer in unreached:
            if answer.trouble is not None:
                raise answer.trouble
        return 0.0
