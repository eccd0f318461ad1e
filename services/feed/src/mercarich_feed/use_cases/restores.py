"""Restores: by PATCH as long as they are few, so that none can come late over a newer zero; many as one feed."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mercarich_contracts.market import Marketplace
from mercarich_feed.domain.answers import AppCredentials, TokenRevoked, Unsent, hopeless, pushed
from mercarich_feed.domain.pushes import Account, Offer, Outcome
from mercarich_feed.ports import Amazon, Listings, Meter, Numbers
from mercarich_feed.use_cases.feeds import SubmitFeed
from mercarich_feed.use_cases.gate import Gate

log = logging.getLogger(__name__)

CLAIM = 10
"""Two seconds of the quota: a withdrawal of what is claimed waits until its PATCH is answered."""
STEPS = 5
"""Claims before the thread is given to a seller who waits."""
_UNTIL_WITHDRAWN_SECONDS = 1.0
_UNTIL_UNLOCKED_SECONDS = 0.5
"""A claim passes over what somebody else has just locked, be it to look at; no round would find that restore again."""
_UNTIL_READABLE_SECONDS = (1.0, 3.0)
"""Amazon's own read path lags behind an accepted PATCH: the waits before the first and before the second look."""


@dataclass(frozen=True, slots=True)
class RestoreWish:
    """The sweep asks for restores."""

    marketplace: Marketplace | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class PushRestores:
    """Grant a seller's wishes, his withdrawals first.

    A queued feed cannot be overtaken: when its source goes meanwhile, the offer is up again until the zero behind it
    has arrived. A PATCH is answered within seconds, and no other push of its offer goes out before that.
    """

    gate: Gate
    listings: Listings
    amazon: Amazon
    numbers: Numbers
    submit: SubmitFeed
    meter: Meter
    pause: Callable[[float], None]
    """Waits so many seconds; raises `Unsent` when the process is to end."""
    _granted: dict[tuple[int, RestoreWish], int] = field(default_factory=dict)
    """How many of a wish's limit have gone out; asked for a second time meanwhile, it is still the same wish."""

    def __call__(self, user_id: int, wishes: set[RestoreWish]) -> float | None:
        """Takes off the wishes what was granted: a second time, its limit would be no limit.

        Answers the seconds until it wants to go on with those that are left, or None when nothing is left.
        """
        again = self.gate(user_id, lambda account: self._grant_all(account, wishes))
        if again is None:  # the others are for a seller to whom nothing can be pushed now; the next sweep asks anew
            for wish in wishes:
                self._granted.pop((user_id, wish), None)
        return again

    def _grant_all(self, account: Account, wishes: set[RestoreWish]) -> float | None:
        times = []
        for wish in sorted(wishes, key=_order):
            seconds = self._grant(account, wish)
            if seconds is not None:
                times.append(seconds)
                continue
            self._granted.pop((account.user_id, wish), None)
            wishes.discard(wish)
        return min(times, default=None)

    def _grant(self, account: Account, wish: RestoreWish) -> float | None:
        user_id, few = account.user_id, self.numbers.patch_lane_listings()
        left = self._left(user_id, wish)
        if left == 0:  # trouble came behind the last of them
            return None
        if self._withdrawals_wait(user_id):
            return _UNTIL_WITHDRAWN_SECONDS
        waiting = self.listings.restores_waiting(user_id, wish.marketplace, at_most=few + 1)
        if min(waiting, waiting if left is None else left) > few:
            return self.submit.restores(account, wish.marketplace, left)
        for _ in range(STEPS):
            count = CLAIM if left is None else min(CLAIM, left)
            claim, offers = self.listings.claim_restores(user_id, wish.marketplace, count)
            if not offers:
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
        troubles = hopeless(answers)
        self._read_back(account, [answer.offer for answer in answers if answer.trouble is None])
        if troubles:
            raise troubles[0]

    def _read_back(self, account: Account, offers: Sequence[Offer]) -> None:
        """An accepted PATCH can still leave the quantity as it was (clousale/amazon-sp-api-php#132).

        Two looks, at once: what is not shown later may as well have been sold, and must not be put up a second time.
        What could not be read is left as accepted.
        """
        for seconds in _UNTIL_READABLE_SECONDS:
            if not offers:
                return
            self.pause(seconds)
            answers = self.amazon.shown_quantities(account, offers)
            in_doubt = [answer.offer for answer in answers if answer.shown not in (None, answer.offer.quantity)]
            last = seconds == _UNTIL_READABLE_SECONDS[-1]
            self.listings.read_back([answer for answer in answers if last or answer.offer not in in_doubt])
            for trouble in hopeless(answers):
                if isinstance(trouble, TokenRevoked | AppCredentials | Unsent):
                    raise trouble
                self.meter.trouble(trouble)
                extra = {"user_id": account.user_id, "kind": type(trouble).__name__, "reason": str(trouble)}
                log.warning("restores cannot be read back", extra=extra)
            offers = in_doubt


def _order(wish: RestoreWish) -> tuple[str, int]:
    """The same each time: a set has an order of its own in each process."""
    return wish.marketplace or "", wish.limit or 0
