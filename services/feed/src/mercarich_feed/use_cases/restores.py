"""Restores: few go by PATCH, so that none can arrive late and overwrite a newer zero; many go as one feed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mercarich_contracts.market import Marketplace
from mercarich_feed.domain.answers import hopeless, pushed
from mercarich_feed.domain.pushes import Account, Offer, Outcome
from mercarich_feed.ports import Amazon, Listings, Meter, Numbers
from mercarich_feed.use_cases.feeds import SubmitFeed
from mercarich_feed.use_cases.gate import Gate

CLAIM = 10
"""Offers a claim: two seconds of the quota. Small, since withdrawing a claimed offer has to wait for its PATCH."""
STEPS = 5
"""Claims in one turn; after that the thread serves another waiting seller."""
_UNTIL_WITHDRAWN_SECONDS = 1.0
_UNTIL_UNLOCKED_SECONDS = 0.5
"""A claim skips rows that another transaction has locked. The lane must come back for them: no round looks for them."""

_UNTIL_SENT_SECONDS = 5.0
"""A zero that was sent a moment ago is under way, as after an action that is undone at once. No round looks for its
restore either."""


@dataclass(frozen=True, slots=True)
class RestoreWish:
    """The sweep's request for restores."""

    marketplace: Marketplace | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class PushRestores:
    """Push the restores that were asked for, after the seller's withdrawals.

    Nothing can overtake a queued feed: if a source sells meanwhile, the offer is up again until a later zero arrives.
    Amazon responds to a PATCH within seconds, and no other push of the same offer goes out before that. Offers that
    Amazon may show already go by PATCH, too, however many they are: each is looked at first.
    """

    gate: Gate
    listings: Listings
    amazon: Amazon
    numbers: Numbers
    submit: SubmitFeed
    meter: Meter
    _granted: dict[tuple[int, RestoreWish], int] = field(default_factory=dict)
    """Restores sent so far for a wish with a limit. The same wish that arrives again meanwhile does not start over."""
    _under_way: set[int] = field(default_factory=set)
    _held_up: set[tuple[int, RestoreWish]] = field(default_factory=set)
    """Wishes of which nothing can go out before something that was sent has ended."""

    def __call__(self, user_id: int, wishes: set[RestoreWish]) -> float | None:
        """Remove granted wishes from `wishes`, because granting one twice would exceed its limit.

        Return the seconds until it goes on with the remaining ones, or None when none is left.
        """
        self._under_way.add(user_id)
        again = self.gate(user_id, lambda account: self._grant_all(account, wishes))
        if all((user_id, wish) in self._held_up for wish in wishes):
            self._under_way.discard(user_id)  # a feed may last for half an hour
        if again is None:  # wishes that are left cannot be pushed for this seller now; the next sweep asks again
            for wish in wishes:
                self._forget(user_id, wish)
            self._under_way.discard(user_id)
        return again

    def is_under_way(self, user_id: int) -> bool:
        """Return whether restores of the seller are being pushed: new offers wait for them."""
        return user_id in self._under_way

    def _grant_all(self, account: Account, wishes: set[RestoreWish]) -> float | None:
        times = []
        for wish in sorted(wishes, key=_order):
            seconds = self._grant(account, wish)
            if seconds is not None:
                times.append(seconds)
                continue
            self._forget(account.user_id, wish)
            wishes.discard(wish)
        return min(times, default=None)

    def _forget(self, user_id: int, wish: RestoreWish) -> None:
        self._granted.pop((user_id, wish), None)
        self._held_up.discard((user_id, wish))

    def _grant(self, account: Account, wish: RestoreWish) -> float | None:
        user_id, few = account.user_id, self.numbers.patch_lane_listings()
        self._held_up.discard((user_id, wish))
        left = self._left(user_id, wish)
        if left == 0:  # the limit was reached before the trouble that ended the last turn
            return None
        if self._withdrawals_wait(user_id):
            return _UNTIL_WITHDRAWN_SECONDS
        many = self.listings.restores_waiting(user_id, wish.marketplace, at_most=few + 1, by_feed=True)
        if many > few and (left is None or left > few):
            others = self.listings.restores_waiting(user_id, wish.marketplace, at_most=1, by_feed=False)
            seconds = self.submit.restores(account, wish.marketplace, left)
            if seconds is not None or left is not None or not others:
                return seconds
        for _ in range(STEPS):
            count = CLAIM if left is None else min(CLAIM, left)
            claim, offers = self.listings.claim_restores(user_id, wish.marketplace, count)
            if not offers:
                # In this order: what ends being held up between the two questions waits.
                if self.listings.restores_held_up(user_id, wish.marketplace):
                    self._held_up.add((user_id, wish))
                    return _UNTIL_SENT_SECONDS
                skipped = self.listings.restores_waiting(user_id, wish.marketplace, at_most=1) > 0
                return _UNTIL_UNLOCKED_SECONDS if skipped else None
            self._push(account, wish, claim, offers)
            left = self._left(user_id, wish)
            if left == 0:
                return None
            if self._withdrawals_wait(user_id):
                return _UNTIL_WITHDRAWN_SECONDS
        return 0.0

    def _left(self, user_id: int, wish: RestoreWish) -> int | None:
        return None if wish.limit is None else wish.limit - self._granted.get((user_id, wish), 0)

    def _withdrawals_wait(self, user_id: int) -> bool:
        return self.listings.withdrawals_waiting(user_id, under_way=True) > 0

    def _push(self, account: Account, wish: RestoreWish, claim: str, offers: Sequence[Offer]) -> None:
        answers = self.amazon.set_quantities(account, offers)(lambda: self.listings.renew([claim]))
        settled = [pushed(answer) for answer in answers]
        self.listings.settle(claim, settled)
        sent = sum(push.outcome is not Outcome.RELEASED for push in settled)
        self._granted[account.user_id, wish] = self._granted.get((account.user_id, wish), 0) + sent
        for push in settled:
            self.meter.pushed("patch", push.outcome)
        for trouble in hopeless(answers):
            raise trouble


def _order(wish: RestoreWish) -> tuple[str, int]:
    """Sort key that makes the order reproducible: the order of a set differs between processes."""
    return wish.marketplace or "", wish.limit or 0
