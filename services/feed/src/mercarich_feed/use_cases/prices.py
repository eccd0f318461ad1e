"""Prices that are on their way to Amazon: a look, one PATCH, and looks until Amazon has the price."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mercarich_contracts.repricing import RepricingState
from mercarich_feed.domain.answers import AmazonTrouble, ContentRefused, Forbidden, Missing, Transient
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports_prices import PriceMeter, Prices, Repricings
from mercarich_listings.repricing import Next, Repricing, Step, after_sending, before_sending
from mercarich_platform.clock import Clock
from mercarich_reasons.push import AmazonRefused
from mercarich_reasons.repricing import PriceRefused

CLAIM = 5
"""Prices claimed at once: a few seconds of the quota, well within the claim's lease."""
PUSHES_FIRST_SECONDS = 1.0
UNSERVED_WAIT = timedelta(minutes=10)
"""Wait for a price that was sent, of an offer of which Amazon refuses to tell anything."""


@dataclass(frozen=True, slots=True)
class ChangePrices:
    """Bring each price one step further. Nothing is sent while a withdrawal or restore of the seller is under way.

    Every response that is lost is read back: the row says that a price was sent before it is.
    """

    repricings: Repricings
    amazon: Prices
    pushes_wait: Callable[[int], bool]
    """Whether a withdrawal or a restore of the seller is to go first."""
    meter: PriceMeter
    now: Clock

    def __call__(self, account: Account) -> float | None:
        """Return the seconds until the next turn, or None when nothing is due. Raises `AmazonTrouble`."""
        if self.pushes_wait(account.user_id):
            return PUSHES_FIRST_SECONDS
        claim, changes = self.repricings.claim(account.user_id, CLAIM)
        if not changes:
            return None
        try:
            return self._each(account, claim, changes)
        finally:
            self.repricings.release(claim)

    def _each(self, account: Account, claim: str, changes: Sequence[Repricing]) -> float:
        for change in changes:
            if self.pushes_wait(account.user_id):
                return PUSHES_FIRST_SECONDS
            step = self._step_or_refusal(account, claim, change)
            if step is not None:
                self.repricings.settle(claim, change, step)
                self.meter.priced(step)
        return 0.0

    def _step_or_refusal(self, account: Account, claim: str, change: Repricing) -> Step | None:
        """As `_step`; where Amazon refuses to serve this SKU alone, the others do not wait for it."""
        try:
            return self._step(account, claim, change)
        except Missing as trouble:
            return Step(Next.STOP, trouble.reason)
        except (Forbidden, ContentRefused) as trouble:
            if isinstance(trouble, Forbidden) and not self.amazon.works_for(account):
                raise
            refused = AmazonRefused(trouble.said.text, trouble.said.issue)
            return Step(Next.WAIT, refused, UNSERVED_WAIT) if change.attempts else Step(Next.STOP, refused)

    def _step(self, account: Account, claim: str, change: Repricing) -> Step | None:
        """Return what becomes of the price; None: that is stored already."""
        if change.state is RepricingState.SENT:
            return after_sending(change, self.amazon.look(account, change.sku), self.now())
        if change.overtaken and not change.attempts:
            return Step(Next.OVERTAKEN)
        step = before_sending(change, self.amazon.look(account, change.sku))
        return step if step is not None else self._send(account, claim, change)

    def _send(self, account: Account, claim: str, change: Repricing) -> Step | None:
        step = self.repricings.sending(claim, change)
        if step is not None:
            return step
        try:
            self.amazon.send(account, change.sku, change.to_jpy)
        except (ContentRefused, Missing) as trouble:
            self.repricings.unsent(claim, change)
            return Step(Next.STOP, PriceRefused(change.to_jpy, trouble.said.text, trouble.said.issue))
        except Transient:
            return None  # it may be at Amazon: that is read
        except AmazonTrouble:
            self.repricings.unsent(claim, change)
            raise
        return Step(Next.WAIT, None, timedelta(seconds=1))
