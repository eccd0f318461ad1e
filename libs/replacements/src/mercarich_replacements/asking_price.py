"""The price of a new offer by its seller's formula: what leaves the wanted profit after fee, costs and source.

All amounts are whole yen. A cost that is not known gives no price.
"""

from dataclasses import dataclass, replace

from mercarich_reasons.creations import PriceBelowCost
from mercarich_reasons.reason import Reason
from mercarich_replacements.earnings import Sale, Terms, price_of
from mercarich_replacements.fees import Estimate
from mercarich_replacements.loss_stop import LossRule, Step, decide

STEP_JPY = 10
"""Prices are rounded up to a multiple of this."""


@dataclass(frozen=True, slots=True)
class Formula:
    """What a sale is to earn: the larger of the two."""

    profit_jpy: int = 0
    profit_percent: float = 0.0
    """Of the offer's price."""

    @property
    def per_mille(self) -> int:
        return round(self.profit_percent * 10)


def cost_of(sale: Sale, terms: Terms) -> int | None:
    """Return what the source costs with its postage; None where that is not known. A bid is no price."""
    price = price_of(sale)
    if isinstance(price, Reason) or terms.leaves_out(sale.postage_jpy):
        return None
    return terms.landed(price, sale.postage_jpy)


def asking_price(
    cost_jpy: int, terms: Terms, formula: Formula, estimate: Estimate | None = None, step_jpy: int = STEP_JPY
) -> int | None:
    """Return the lowest multiple of `step_jpy` that leaves the wanted profit; None: the fee and it take all.

    `estimate`: Amazon's, of its fee for the offer; without it the fee is the seller's percentage.
    """
    fixed, share, of = (0, 1000 - terms.kept_per_mille, 1000) if estimate is None else _linear(estimate)
    left = (of - share) * 1000 - formula.per_mille * of
    if left <= 0 or of <= share:
        return None
    spent = cost_jpy + terms.costs_jpy + fixed
    least = max((spent + formula.profit_jpy) * of // (of - share), spent * of * 1000 // left)
    price = max(least // step_jpy, 1) * step_jpy
    while not _leaves(price, cost_jpy, terms, formula, estimate):
        price += step_jpy
    return price


def too_low(price_jpy: int, sale: Sale, terms: Terms, rule: LossRule, own_jpy: int | None) -> Reason | None:
    """Return why an offer is not created at this price; None: it may be. `own_jpy` is its own limit.

    It would be a loss, or the loss stop would take it down at the next look.
    """
    cost = cost_of(sale, terms)
    least = None if cost is None else least_price(cost, terms)
    if least is not None and price_jpy < least:
        return PriceBelowCost(price_jpy, least)
    stop = decide(replace(sale, offer_price_jpy=price_jpy), terms, rule, own_jpy, paused=False)
    return stop.reason if stop.step is Step.PAUSE else None


def least_price(cost_jpy: int, terms: Terms, estimate: Estimate | None = None, step_jpy: int = STEP_JPY) -> int | None:
    """Return the lowest multiple of `step_jpy` that is no loss."""
    return asking_price(cost_jpy, terms, Formula(), estimate, step_jpy)


def _linear(estimate: Estimate) -> tuple[int, int, int]:
    """Return the fee's fixed part, and what of each so many yen it takes besides: the fee is that, or a little more."""
    return estimate.fixed_jpy, estimate.fee_jpy - estimate.fixed_jpy, estimate.of_price_jpy


def _leaves(price: int, cost_jpy: int, terms: Terms, formula: Formula, estimate: Estimate | None) -> bool:
    profit = terms.kept(price, estimate) - cost_jpy
    return profit >= formula.profit_jpy and profit * 1000 >= formula.per_mille * price
