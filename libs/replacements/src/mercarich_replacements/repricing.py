"""Repricing: the price that an offer is to have while it follows what its source costs. No I/O.

An offer follows only if its seller has chosen so and has given its lowest and highest price. The price that is asked
for is within both, never leaves a sale less than the loss rule wants, and never less than nothing. What is not known
changes nothing: no price of the source, a bid, a postage that is neither known nor counted, no fee. Where no price
within the bounds leaves enough, the loss stop decides as ever. It alone puts up an offer that is down by price.
"""

from dataclasses import dataclass, field, replace

from mercarich_reasons.reason import Reason
from mercarich_reasons.repricing import PriceFollows, Reached
from mercarich_replacements import loss_stop
from mercarich_replacements.asking_price import STEP_JPY, Formula, asking_price, cost_of
from mercarich_replacements.earnings import Sale, Terms, price_of
from mercarich_replacements.loss_stop import ONLY_TELL, Decision, LossRule, Step


@dataclass(frozen=True, slots=True)
class PriceRule:
    """A seller's rule."""

    follows: bool = False
    formula: Formula = field(default_factory=Formula)
    """What a sale is to earn, as of a new offer."""
    step_jpy: int = STEP_JPY
    """Prices are rounded up to a multiple of this."""
    least_change_percent: float = 0.0
    """Of the offer's price: a smaller change is not made."""
    changes_a_day: int = 0
    """Most changes of an offer's price in 24 hours."""


NO_PRICE_RULE = PriceRule()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a seller wants of prices."""

    terms: Terms = field(default_factory=Terms)
    loss: LossRule = ONLY_TELL
    price: PriceRule = NO_PRICE_RULE


@dataclass(frozen=True, slots=True)
class Following:
    """How far an offer follows its source."""

    least_jpy: int | None = None
    most_jpy: int | None = None
    """The lowest and the highest price that the seller allows; without both the offer does not follow."""
    asked_jpy: int | None = None
    """The price that is on its way to Amazon; None: none is."""
    changes: int = 0
    """Changes that were asked for in the last 24 hours and not overtaken."""
    stopped: bool = False
    """Whether it follows no more until its seller resumes it."""


NOT_FOLLOWING = Following()
_ROUNDED_UP = 2
"""Yen at most by which the loss stop wants more of a paused offer than its percentages: limit, recovery and fee are
rounded up, each by itself."""


def decide(
    sale: Sale, rules: Rules, own_jpy: int | None, following: Following, *, paused: bool, held: bool = False
) -> Decision:
    """Return what becomes of an offer that is up, or `paused`. `own_jpy` is its own limit of the loss stop.

    While a price is on its way, an offer that is up is weighed by that one, and no other is asked for. A paused offer
    that earns too little gets the price at which it would earn enough; the loss stop puts it up once Amazon has that.
    An offer that is `held` by the brake may wait for a person: the loss stop does not wait for its price.
    """
    coming = following.asked_jpy
    weighed = sale if coming is None or paused else replace(sale, offer_price_jpy=coming)
    by_loss = loss_stop.decide(weighed, rules.terms, rules.loss, own_jpy, paused=paused)
    is_loss = by_loss.step is Step.PAUSE
    stays = by_loss.step is Step.KEEP if paused else not (held and is_loss)
    if not stays or coming is not None or not may_follow(rules.price, following):
        return by_loss
    if not _is_known(sale, rules.terms):
        return Decision(Step.UNPRICED, by_loss.reason) if by_loss.step is Step.KEEP else by_loss
    wanted = _wanted(sale, rules, own_jpy, following, paused=paused)
    return by_loss if wanted is None else Decision(Step.REPRICE, wanted, is_loss=is_loss)


def may_follow(rule: PriceRule, following: Following) -> bool:
    """Return whether the offer may have another price now, whatever its source costs."""
    least, most = following.least_jpy, following.most_jpy
    has_bounds = least is not None and most is not None and 0 < least <= most
    return rule.follows and has_bounds and not following.stopped and following.changes < rule.changes_a_day


def _wanted(
    sale: Sale, rules: Rules, own_jpy: int | None, following: Following, *, paused: bool
) -> PriceFollows | None:
    """Return the price to be asked for, with its figures; None: the present one stays. All of the sale is known."""
    offered, cost, price = sale.offer_price_jpy, cost_of(sale, rules.terms), price_of(sale)
    assert offered is not None
    assert cost is not None
    assert not isinstance(price, Reason)
    assert following.least_jpy is not None
    assert following.most_jpy is not None
    floor = _floor(cost, sale, rules, own_jpy, recovery_percent=rules.loss.recovery_percent if paused else None)
    if floor is None or floor > following.most_jpy:
        return None
    least = max(floor, following.least_jpy)
    formula = asking_price(cost, rules.terms, rules.price.formula, sale.estimate, rules.price.step_jpy)
    if formula is None or formula > following.most_jpy:
        asked, reached = following.most_jpy, Reached.MOST
    elif formula < least:
        asked, reached = least, Reached.LEAST if least == following.least_jpy else Reached.FLOOR
    else:
        asked, reached = formula, Reached.PROFIT
    if asked == offered or (not paused and _is_small(offered, asked, rules.price, floor, following)):
        return None
    fee, profit = rules.terms.fee(asked, sale.estimate), rules.terms.kept(asked, sale.estimate) - cost
    figures = (price, cost - price, fee, rules.terms.costs_jpy, profit)
    return PriceFollows(offered, asked, *figures, reached)


def _floor(cost: int, sale: Sale, rules: Rules, own_jpy: int | None, *, recovery_percent: float | None) -> int | None:
    """Return the lowest price that may be asked for; None: no price is high enough. At that of a paused offer, whose
    `recovery_percent` is given, the loss stop puts it up."""
    least, by = _least_profit(rules.loss, own_jpy), (sale.estimate, rules.price.step_jpy)
    if recovery_percent is None:
        return asking_price(cost, rules.terms, least, *by)
    cost += _ROUNDED_UP
    yen = asking_price(cost + least.profit_jpy, rules.terms, Formula(0, recovery_percent), *by)
    percent = (least.per_mille + round(recovery_percent * 10)) / 10
    share = asking_price(cost, rules.terms, Formula(0, percent), *by)
    return None if yen is None or share is None else max(yen, share)


def _is_small(offered: int, asked: int, rule: PriceRule, floor: int, following: Following) -> bool:
    """Return whether the change of an offer that is up is not worth a push. One out of a loss, or into the bounds,
    always is."""
    assert following.least_jpy is not None
    assert following.most_jpy is not None
    if offered < floor or not following.least_jpy <= offered <= following.most_jpy:
        return False
    return abs(asked - offered) * 1000 < round(rule.least_change_percent * 10) * offered


def _least_profit(loss: LossRule, own_jpy: int | None) -> Formula:
    """Return what each price must leave: no loss, and what the loss stop wants, so that it takes nothing down at once.

    A loss that the seller has agreed to for this offer is no reason to ask for one.
    """
    if own_jpy is not None:
        return Formula(max(own_jpy, 0))
    return Formula(loss.least_jpy, loss.least_percent) if loss.takes_down else Formula()


def _is_known(sale: Sale, terms: Terms) -> bool:
    """Return whether all is known that a price goes by."""
    has_cost = cost_of(sale, terms) is not None
    return sale.offer_price_jpy is not None and has_cost and terms.knows_fee(sale.estimate)
