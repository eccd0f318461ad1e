"""The patch lane: withdrawals, one PATCH each, within seconds."""

from collections import deque
from dataclasses import dataclass

from mercarich_feed.domain.answers import AmazonTrouble, RateLimited, hopeless, pushed
from mercarich_feed.domain.pushes import Account, Outcome
from mercarich_feed.ports import Amazon, Answers, Listings, Meter, Numbers
from mercarich_feed.use_cases.feeds import SubmitFeed
from mercarich_feed.use_cases.gate import Gate

CLAIM = 10
"""Offers a claim: two seconds of the quota. Small, so that each offer goes out at its newest revision."""
STEPS = 5
"""Claims in one turn; after that the thread serves another waiting seller."""


@dataclass(frozen=True, slots=True)
class PushWithdrawals:
    """Push a seller's withdrawals until none waits or Amazon stops it; above `patch_lane_listings()`, by feed."""

    gate: Gate
    listings: Listings
    amazon: Amazon
    numbers: Numbers
    submit: SubmitFeed
    meter: Meter

    def __call__(self, user_id: int) -> float | None:
        """Return the seconds until the next turn, or None when nothing is left."""
        return self.gate(user_id, self._push)

    def _push(self, account: Account) -> float | None:
        if self.listings.withdrawals_waiting(account.user_id) > self.numbers.patch_lane_listings():
            try:
                self.submit.withdrawals(account)
            except RateLimited as trouble:  # Feeds have a quota of their own, and PATCHes go on.
                self.meter.trouble(trouble)
        under_way: deque[tuple[str, Answers]] = deque()
        troubles: list[AmazonTrouble] = []
        for _ in range(STEPS):
            claim, offers = self.listings.claim_withdrawals(account.user_id, CLAIM)
            if offers:
                under_way.append((claim, self.amazon.set_quantities(account, offers)))
            # The responses to the previous claim are collected only after this claim was sent, so that their latency
            # does not slow down the sending.
            while len(under_way) > (1 if offers else 0):
                troubles += self._settle(under_way)
            if troubles or not offers:
                break
        while under_way:
            troubles += self._settle(under_way)
        if troubles:
            raise troubles[0]
        return 0.0 if offers else None

    def _settle(self, under_way: deque[tuple[str, Answers]]) -> list[AmazonTrouble]:
        """Store the outcomes of the oldest claim; return the troubles that concern the seller as a whole."""
        claims = [claim for claim, _ in under_way]
        claim, answers_of = under_way.popleft()
        answers = answers_of(lambda: self.listings.renew(claims))
        settled = [pushed(answer) for answer in answers]
        self.listings.settle(claim, settled)
        for push in settled:
            self.meter.pushed("patch", push.outcome)
            if push.outcome is Outcome.ACCEPTED:
                self.meter.delivered_after((push.at - push.offer.changed_at).total_seconds())
        return hopeless(answers)
