"""Listings to be deleted at Amazon: one call each, after all other pushes of the seller."""

from dataclasses import dataclass

from mercarich_feed.domain.answers import ContentRefused, Missing
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports import Amazon, Removals

REMOVALS = 20
"""Listings claimed at once: four seconds of the quota."""


@dataclass(frozen=True, slots=True)
class RemoveListings:
    """Delete listings at Amazon. A listing counts as deleted once Amazon does not know it any more.

    Amazon accepts the deletion of a listing that it does not have without a word, so its acceptance proves nothing
    (deleteListingsItem has no 404 in the model). Asking twice does no harm.
    """

    removals: Removals
    amazon: Amazon

    def __call__(self, account: Account) -> float | None:
        offers = self.removals.claim(account.user_id, REMOVALS)
        if not offers:
            return None
        looks = self.amazon.shown(account, offers)
        self.removals.accepted([look for look in looks if isinstance(look.trouble, Missing)])
        answers = self.amazon.remove(account, [look.offer for look in looks if look.trouble is None])
        answers += [look for look in looks if not isinstance(look.trouble, Missing | None)]
        self.removals.asked([answer for answer in answers if isinstance(answer.trouble, Missing | None)])
        self.removals.put_off([answer for answer in answers if isinstance(answer.trouble, ContentRefused)])
        unserved = [answer for answer in answers if not answer.served]
        self.removals.release(unserved)
        for answer in unserved:
            if answer.trouble is not None:
                raise answer.trouble
        return 0.0
