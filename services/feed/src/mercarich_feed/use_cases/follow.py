"""What a seller needs besides patches: the feeds looked after, the zeros read back, the restores handed in."""

from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports import Listings
from mercarich_feed.use_cases.feeds import FollowFeeds, SubmitFeed
from mercarich_feed.use_cases.gate import Gate
from mercarich_feed.use_cases.zeros import VerifyZeros

_UNTIL_WITHDRAWN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RestoreWish:
    """The sweep asks for restores."""

    marketplace: Marketplace | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class FollowSeller:
    """Each of the three has its own gate, so that a quota of one does not hold the others."""

    feeds: FollowFeeds
    feeds_gate: Gate
    zeros: VerifyZeros
    zeros_gate: Gate
    submit: SubmitFeed
    submit_gate: Gate
    listings: Listings

    def __call__(self, user_id: int, wishes: set[RestoreWish]) -> float | None:
        """Takes off the wishes what was handed in: a second time, its limit would be no limit.

        Answers the seconds until it wants to go on with those that are left, or None when nothing is left.
        """
        times = [
            self.feeds_gate(user_id, self.feeds),
            self.zeros_gate(user_id, self.zeros),
            self.submit_gate(user_id, lambda account: self._restore(account, wishes)) if wishes else None,
        ]
        return min((seconds for seconds in times if seconds is not None), default=None)

    def _restore(self, account: Account, wishes: set[RestoreWish]) -> float | None:
        """A seller's own withdrawals come first, whatever the sweep saw."""
        if self.listings.withdrawals_waiting(account.user_id, under_way=True):
            return _UNTIL_WITHDRAWN_SECONDS
        for wish in sorted(wishes, key=_order):
            until_ended = self.submit.restores(account, wish.marketplace, wish.limit)
            if until_ended is not None:
                return until_ended
            wishes.discard(wish)
        return None


def _order(wish: RestoreWish) -> tuple[str, int]:
    """The same each time: a set has an order of its own in each process."""
    return wish.marketplace or "", wish.limit or 0
