"""Decide whether a seller's rule approves a replacement by itself: "approve by itself when …".

All amounts are whole yen. A fact that is not known fulfils no condition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason
from mercarich_reasons.replacements import (
    AlikeTooLittle,
    ConditionNotKnown,
    CostNotKnown,
    EarnsLessThanRule,
    FactsNotKept,
    FirstConditionNotKnown,
    FirstCostNotKnown,
    LikenessNotKnown,
    ProfitNotKnown,
    RatedTooLow,
    RatedTooSeldom,
    RatingNotKnown,
    RuleApproved,
    TooFarAboveFirst,
    WorseThanFirst,
)

PARTS = 10_000
"""Shares are compared as pages show them: in hundredths of a percent."""


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """When a replacement that waits is approved by itself. Percentages are whole numbers."""

    is_on: bool = False
    least_alike_percent: int = 30
    """Least share of alike features, in both directions."""
    by_earnings: bool = False
    """Whether what a sale earns is the limit of the cost, instead of what the first source cost."""
    above_first_percent: int = 0
    """Most that it costs more than the first source with its postage; the higher of this and the next counts."""
    above_first_jpy: int = 0
    least_profit_jpy: int = 0
    """Least that a sale earns; the higher of this and the next counts."""
    least_margin_percent: int = 0
    """Of the offer's price."""
    least_good_percent: int = 98
    """Least share of good ratings of its seller."""
    least_ratings: int = 20
    a_day: int = 20
    """Most of a seller's replacements that are approved by the rule within 24 hours."""

    def most_cost(self, first_jpy: int) -> int:
        """Return the most that a replacement may cost, by what the first source cost."""
        return first_jpy + max(first_jpy * self.above_first_percent // 100, self.above_first_jpy)

    def least_profit(self, offer_price_jpy: int) -> int:
        """Return the least that a sale must earn at this price, rounded up."""
        return max(-(-offer_price_jpy * self.least_margin_percent // 100), self.least_profit_jpy)


@dataclass(frozen=True, slots=True)
class Sells:
    """One of the offers that would get the replacement. None: not known."""

    price_jpy: int | None
    profit_jpy: int | None
    """What a sale would earn with the replacement, after fee and costs."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule reads of a replacement. None: not known.

    It may be for several listings, which lost the same source: each of them has had a first source.
    """

    item_id: str
    alike_parts: int | None = None
    """Share of alike features, the lower one of both directions, in `PARTS`."""
    cost_jpy: int | None = None
    """With the postage."""
    first_jpy: int | None = None
    """What the cheapest of their first sources cost."""
    offers: Sequence[Sells] = ()
    rating_good: int | None = None
    rating_bad: int | None = None
    condition: int | None = None
    """From 1 (new) to 6 (poor)."""
    first_condition: int | None = None
    """The best of their first sources'."""

    @property
    def are_kept(self) -> bool:
        """Return whether anything was kept of the item; an earlier release kept nothing."""
        known = (self.alike_parts, self.rating_good, self.rating_bad, self.condition)
        return any(fact is not None for fact in known)


@dataclass(frozen=True, slots=True)
class ByRule:
    """What the rule did with replacements of a seller that waited."""

    approved: Sequence[int] = ()
    """Ids of those that it approved."""
    left: int = 0
    """Number of those that wait behind the last one that the day's number allowed: whether the rule fits them was not
    asked. 0 while there is room."""


@dataclass(frozen=True, slots=True)
class Day:
    """How many more replacements of a seller the rule approves now, by its number within 24 hours."""

    room: int
    goes_on_at: datetime | None = None
    """When there is room again, if there is none; None also where the number is 0, so that there never is."""


def misses(facts: Facts, rule: ApprovalRule) -> Sequence[Reason]:
    """Return each condition of the rule that the replacement does not fulfil; none: the rule approves it."""
    if not facts.are_kept:
        return (FactsNotKept(),)
    failed = (_alike(facts, rule), _cost(facts, rule), *_rating(facts, rule), _condition(facts))
    return tuple(reason for reason in failed if reason is not None)


def approved(facts: Facts, rule: ApprovalRule) -> RuleApproved:
    """Return by which figures the rule approves a replacement of which it misses nothing."""
    assert facts.alike_parts is not None
    assert facts.cost_jpy is not None
    assert facts.rating_good is not None
    assert facts.rating_bad is not None
    assert facts.condition is not None
    assert facts.first_condition is not None
    ratings = facts.rating_good + facts.rating_bad
    worst = None if not rule.by_earnings else _worst(facts, rule)
    most = None if rule.by_earnings or facts.first_jpy is None else rule.most_cost(facts.first_jpy)
    return RuleApproved(
        facts.item_id,
        alike_percent=facts.alike_parts * 100 // PARTS,
        least_alike_percent=rule.least_alike_percent,
        cost_jpy=facts.cost_jpy,
        good_percent=facts.rating_good * 100 // max(ratings, 1),
        least_good_percent=rule.least_good_percent,
        ratings=ratings,
        least_ratings=rule.least_ratings,
        condition=facts.condition,
        first_condition=facts.first_condition,
        most_jpy=most,
        profit_jpy=None if worst is None else worst[0],
        least_profit_jpy=None if worst is None else worst[1],
    )


def _alike(facts: Facts, rule: ApprovalRule) -> Reason | None:
    if facts.alike_parts is None:
        return LikenessNotKnown()
    if facts.alike_parts * 100 >= rule.least_alike_percent * PARTS:
        return None
    return AlikeTooLittle(facts.alike_parts * 100 // PARTS, rule.least_alike_percent)


def _cost(facts: Facts, rule: ApprovalRule) -> Reason | None:
    if facts.cost_jpy is None:
        return CostNotKnown()
    if rule.by_earnings:
        worst = _worst(facts, rule)
        if worst is None:
            return ProfitNotKnown()
        profit, least = worst
        return EarnsLessThanRule(profit, least) if profit < least else None
    if facts.first_jpy is None:
        return FirstCostNotKnown()
    most = rule.most_cost(facts.first_jpy)
    return TooFarAboveFirst(facts.cost_jpy, most, facts.first_jpy) if facts.cost_jpy > most else None


def _worst(facts: Facts, rule: ApprovalRule) -> tuple[int, int] | None:
    """Return profit and least profit of the offer that has least to spare; None: of one of them it is not known."""
    known: list[tuple[int, int]] = []
    for offer in facts.offers:
        if offer.price_jpy is None or offer.profit_jpy is None:
            return None
        known.append((offer.profit_jpy, rule.least_profit(offer.price_jpy)))
    return min(known, key=lambda one: one[0] - one[1], default=None)


def _rating(facts: Facts, rule: ApprovalRule) -> Sequence[Reason | None]:
    good, bad = facts.rating_good, facts.rating_bad
    if good is None or bad is None:
        return (RatingNotKnown(),)
    number = good + bad
    low = number == 0 or good * 100 < rule.least_good_percent * number
    per_cent = good * 100 // max(number, 1)
    return (
        RatedTooLow(per_cent, rule.least_good_percent) if low else None,
        RatedTooSeldom(number, rule.least_ratings) if number < rule.least_ratings else None,
    )


def _condition(facts: Facts) -> Reason | None:
    if facts.condition is None:
        return ConditionNotKnown()
    if facts.first_condition is None:
        return FirstConditionNotKnown()
    return WorseThanFirst(facts.condition, facts.first_condition) if facts.condition > facts.first_condition else None
