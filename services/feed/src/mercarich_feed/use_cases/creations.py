"""Offers that are created at Amazon: restrictions, preview, PUT, and looks until Amazon sells them or says why not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mercarich_contracts.creations import CreationState, CreationWay
from mercarich_feed.domain.answers import AmazonTrouble, ContentRefused, Forbidden, Missing, Transient
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports_creations import CreationMeter, Creations, NewOffers
from mercarich_listings.creation import (
    Creation,
    Next,
    Step,
    Terms,
    after_deletion,
    after_sending,
    before_first,
    before_sending,
)
from mercarich_platform.clock import Clock
from mercarich_reasons.creations import ExcludedWordInOffer
from mercarich_reasons.push import AmazonRefused
from mercarich_replacements.rules import excluded_word

CLAIM = 5
"""Creations claimed at once: some ten seconds of the quota, well within the claim's lease."""
PUSHES_FIRST_SECONDS = 1.0
UNSERVED_WAIT = timedelta(minutes=10)
"""Wait for an offer that was sent and of which Amazon refuses to tell anything."""


@dataclass(frozen=True, slots=True)
class CreateOffers:
    """Bring each creation one step further. Nothing is sent while a withdrawal or restore of the seller is under way.

    Every response that is lost is read back: the row says that an offer was sent before it is.
    """

    creations: Creations
    amazon: NewOffers
    pushes_wait: Callable[[int], bool]
    """Whether a withdrawal or a restore of the seller is to go first."""
    meter: CreationMeter
    now: Clock

    def __call__(self, account: Account) -> float | None:
        """Return the seconds until the next turn, or None when nothing is due. Raises `AmazonTrouble`."""
        if self.pushes_wait(account.user_id):
            return PUSHES_FIRST_SECONDS
        claim, creations = self.creations.claim(account.user_id, CLAIM)
        if not creations:
            return None
        try:
            again = self._each(account, claim, creations)
        except AmazonTrouble:
            self.creations.release(claim)
            raise
        self.creations.release(claim)
        return again

    def _each(self, account: Account, claim: str, creations: Sequence[Creation]) -> float:
        for creation in creations:
            if self.pushes_wait(account.user_id):
                return PUSHES_FIRST_SECONDS
            step = self._step_or_refusal(account, claim, creation)
            if step is not None:
                self.creations.settle(claim, creation, step)
                self.meter.settled(step)
        return 0.0

    def _step_or_refusal(self, account: Account, claim: str, creation: Creation) -> Step | None:
        """As `_step`; where Amazon refuses to serve this SKU alone, the others do not wait for it."""
        try:
            return self._step(account, claim, creation)
        except (Forbidden, ContentRefused) as trouble:
            if isinstance(trouble, Forbidden) and not self.amazon.works_for(account):
                raise
            refused = AmazonRefused(trouble.said.text, trouble.said.issue)
            return Step(Next.WAIT, refused, UNSERVED_WAIT) if creation.attempts else Step(Next.REFUSE, refused)

    def _step(self, account: Account, claim: str, creation: Creation) -> Step | None:
        """Return what becomes of the creation; None: that is stored already."""
        match creation.state:
            case CreationState.SENT:
                return after_sending(creation, self.amazon.look(account, creation.sku), self.now())
            case CreationState.TAKING_BACK:
                shown = self.amazon.look(account, creation.sku)
                # Also where nothing is shown: what was sent may still arrive, and a deletion of nothing is accepted.
                self.amazon.delete(account, creation.sku)
                return after_deletion(creation, shown, self.now())
            case _:
                return self._first(account, claim, creation)

    def _first(self, account: Account, claim: str, creation: Creation) -> Step | None:
        terms = creation.terms
        if creation.way is CreationWay.TAKE_OVER or terms is None:
            return before_first(creation, self.amazon.look(account, creation.sku), self.now())
        if creation.attempts and (shown := self.amazon.look(account, creation.sku)) is not None:
            return after_sending(creation, shown, self.now())  # what was sent before has arrived after all
        refusal = before_sending(creation, self.now())
        if refusal is not None:
            return _refused(creation, refusal)
        forbidden = self._excluded_word_in_offer(account, terms) or self.amazon.restriction(account, terms)
        if forbidden is not None:
            return _refused(creation, Step(Next.REFUSE, forbidden))
        if not creation.attempts:
            taken = before_first(creation, self.amazon.look(account, creation.sku), self.now())
            if taken is not None:
                return taken
        try:
            self.amazon.preview(account, creation, terms)
        except ContentRefused as trouble:
            return _refused(creation, Step(Next.REFUSE, trouble.reason))
        return self._send(account, claim, creation)

    def _excluded_word_in_offer(self, account: Account, terms: Terms) -> ExcludedWordInOffer | None:
        """Web has checked the seller's own texts; the product is Amazon's. One that there is not is refused by the
        preview."""
        words = self.creations.excluded_words(account.user_id)
        product = self.amazon.product(account, terms.asin) if words else None
        word = excluded_word((product.title, product.brand or ""), words) if product is not None else None
        return None if word is None else ExcludedWordInOffer(word)

    def _send(self, account: Account, claim: str, creation: Creation) -> Step | None:
        assert creation.terms is not None
        step = self.creations.sending(claim, creation)
        if step is not None:
            return _refused(creation, step)
        try:
            self.amazon.create(account, creation, creation.terms)
        except (ContentRefused, Missing) as trouble:
            self.creations.unsent(claim, creation)
            return _refused(creation, Step(Next.REFUSE, trouble.reason))
        except Transient:
            return None  # it may be at Amazon: that is read
        except AmazonTrouble:
            self.creations.unsent(claim, creation)
            raise
        self.creations.accepted(claim, creation)
        return None


def _refused(creation: Creation, step: Step) -> Step:
    """Return the step; where it is a refusal of an offer that was sent before, Amazon may have that one."""
    return Step(Next.TAKE_BACK, step.reason) if creation.attempts and step.next is Next.REFUSE else step
