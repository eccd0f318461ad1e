"""The loss stop: whether what a sale would earn takes an offer down, or puts it up again. No I/O.

What is not known decides nothing: an offer whose price, or whose source's price, is not known stays as it is, and so
does one that the brake holds. A postage that is not known is taken as 0 for a loss, which is certain then, and must be
known, or counted by the seller's rules, before an offer is put up.
"""

from dataclasses import dataclass
from enum import StrEnum

from mercarich_reasons.earnings import EarnsEnoughAgain, EarnsTooLittle, LossRuleEnded
from mercarich_reasons.reason import Reason
from mercarich_replacements.earnings import Sale, Terms, price_of
from mercarich_replacements.fees import Estimate


class Step(StrEnum):
    """What becomes of an offer."""

    KEEP = "keep"
    """It stays as it is, for certain: what was held for its price is let go."""
    PAUSE = "pause"
    RECOVER = "recover"
    REPRICE = "reprice"
    """It gets another price (`repricing`)."""
    UNPRICED = "unpriced"
    """It stays as it is, and which price it should have is not known: what was held for another reason is let go."""
    UNDECIDED = "undecided"
    """Something is not known: nothing changes, a hold neither."""


@dataclass(frozen=True, slots=True)
class LossRule:
    """A seller's rule."""

    takes_down: bool = False
    """False: a loss is only told."""
    least_jpy: int = 0
    least_percent: float = 0.0
    """Of the offer's price; the higher of both counts."""
    recovery_percent: float = 0.0
    """Of the offer's price: what a sale must earn above the limit before the offer is put up again."""

    def limit(self, offered_jpy: int, own_jpy: int | None = None) -> int | None:
        """Return the least profit in yen; None: there is no limit. `own_jpy` is the listing's own one, which counts in
        place of the rule."""
        if own_jpy is not None:
            return own_jpy
        return max(self.least_jpy, _share(offered_jpy, self.least_percent)) if self.takes_down else None

    def applies(self, own_jpy: int | None) -> bool:
        return self.takes_down or own_jpy is not None


ONLY_TELL = LossRule()


@dataclass(frozen=True, slots=True)
class Decision:
    step: Step
    reason: Reason | None = None
    """With the figures; None: nothing can be said about them, or no rule applies. `EarnsTooLittle` where nothing is
    decided: by the postage that is counted it earns too little, which is a reason not to put it up."""
    is_loss: bool = False
    """Of `REPRICE`: without the new price, the loss stop would take the offer down."""


UNDECIDED = Decision(Step.UNDECIDED)


def decide(sale: Sale, terms: Terms, rule: LossRule, own_jpy: int | None, *, paused: bool) -> Decision:
    """Return what becomes of an offer that is up, or `paused`. `own_jpy` is its own limit."""
    price, offered = price_of(sale), sale.offer_price_jpy
    if isinstance(price, Reason):
        return UNDECIDED
    if not rule.applies(own_jpy):
        return Decision(Step.RECOVER, LossRuleEnded()) if paused else Decision(Step.KEEP)
    if offered is None:
        return UNDECIDED
    limit = rule.limit(offered, own_jpy)
    assert limit is not None
    counted = None if terms.leaves_out(sale.postage_jpy) else terms.landed(price, sale.postage_jpy) - price
    fee, left = terms.fee(offered, sale.estimate), terms.kept(offered, sale.estimate)
    most = left - price - (sale.postage_jpy or 0)
    figures = _Figures(offered, price, sale.postage_jpy, fee, terms.costs_jpy, limit)
    if most < limit:
        return Decision(Step.KEEP if paused else Step.PAUSE, figures.too_little(most))
    if counted is None:
        return UNDECIDED
    profit = left - price - counted
    figures = _Figures(offered, price, counted, fee, terms.costs_jpy, limit)
    if not paused:
        kept = Decision(Step.KEEP, figures.enough(profit))
        return kept if profit >= limit else Decision(Step.UNDECIDED, figures.too_little(profit))
    if profit >= limit + _share(offered, rule.recovery_percent):
        return Decision(Step.RECOVER, figures.enough(profit))
    return Decision(Step.KEEP, figures.too_little(profit)) if profit < limit else Decision(Step.KEEP)


def is_sensible(own_jpy: int, offered_jpy: int) -> bool:
    """Return whether a listing may have this limit of its own: a sale earns at most the offer's price, and a loss of
    more than that is never worth a sale, since the buyer's money can be given back."""
    return -offered_jpy <= own_jpy <= offered_jpy


def highest_cost(
    offered_jpy: int, terms: Terms, rule: LossRule, own_jpy: int | None, estimate: Estimate | None = None
) -> int | None:
    """Return the most that a source may cost with its postage, in yen; None: no rule applies. `estimate`: Amazon's, of
    its fee for the offer."""
    limit = rule.limit(offered_jpy, own_jpy)
    return None if limit is None else max(0, terms.kept(offered_jpy, estimate) - limit)


@dataclass(frozen=True, slots=True)
class _Figures:
    offered: int
    price: int
    postage: int | None
    fee: int
    costs: int
    limit: int

    def too_little(self, profit: int) -> EarnsTooLittle:
        return EarnsTooLittle(self.offered, self.price, self.fee, self.costs, profit, self.limit, self.postage)

    def enough(self, profit: int) -> EarnsEnoughAgain:
        return EarnsEnoughAgain(self.offered, self.price, self.fee, self.costs, profit, self.limit, self.postage)


def _share(offered_jpy: int, percent: float) -> int:
    """Return so many per cent of a price, in yen, rounded up."""
    return -(-offered_jpy * round(percent * 10) // 1000)
