"""The price of a new offer by its seller's formula: what leaves the wanted profit after fee, costs and source.

All amounts are whole yen. A cost that is not known gives no price.
"""

from dataclasses import dataclass, replace

from mercarich_reasons.creations import PriceBelowCost
from mercarich_reasons.reason import Reason
from mercarich_replacements.earnings import Sale, Terms, price_of
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


def asking_price(cost_jpy: int, terms: Terms, formula: Formula) -> int | None:
    """Return the lowest multiple of `STEP_JPY` that leaves the wanted profit; None: the fee and it take all."""
    left = terms.kept_per_mille - formula.per_mille
    if left <= 0 or terms.kept_per_mille <= 0:
        return None
    spent = cost_jpy + terms.costs_jpy
    least = max((spent + formula.profit_jpy) * 1000 // terms.kept_per_mille, spent * 1000 // left)
    price = max(least // STEP_JPY, 1) * STEP_JPY
    while not _leaves(price, cost_jpy, terms, formula):
        price += STEP_JPY
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


def least_price(cost_jpy: int, terms: Terms) -> int | None:
    """Return the lowest multiple of `STEP_JPY` that is no loss."""
    return asking_price(cost_jpy, terms, Formula())


def _leaves(price: int, cost_jpy: int, terms: Terms, formula: Formula) -> bool:
    profit = terms.kept(price) - cost_jpy
    return profit >= formula.profit_jpy and profit * 1000 >= formula.per_mille * price
