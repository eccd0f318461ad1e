"""The rule that approves a replacement by itself: each condition alone, and what is not known fulfils none."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from mercarich_replacements.approval import ApprovalRule, Facts, Sells, approved, misses

FACTS = Facts(
    "x1",
    alike_parts=3_000,
    cost_jpy=1_000,
    first_jpy=1_000,
    offers=(Sells(3_000, 300),),
    rating_good=98,
    rating_bad=2,
    condition=3,
    first_condition=3,
)
"""Fulfils each condition by nothing to spare."""
RULE = ApprovalRule(is_on=True, least_margin_percent=10, least_ratings=100)
BY_EARNINGS = replace(RULE, by_earnings=True)


def test_what_fulfils_each_condition_is_approved_with_its_figures() -> None:
    assert misses(FACTS, RULE) == ()
    assert approved(FACTS, RULE) == RuleApproved("x1", 30, 30, 1_000, 98, 98, 100, 100, 3, 3, most_jpy=1_000)


def test_by_earnings_the_figures_are_those_of_a_sale() -> None:
    assert misses(FACTS, BY_EARNINGS) == ()
    expected = RuleApproved("x1", 30, 30, 1_000, 98, 98, 100, 100, 3, 3, profit_jpy=300, least_profit_jpy=300)
    assert approved(FACTS, BY_EARNINGS) == expected


@pytest.mark.parametrize(
    ("facts", "missed"),
    [
        (replace(FACTS, alike_parts=2_999), AlikeTooLittle(29, 30)),
        (replace(FACTS, alike_parts=None), LikenessNotKnown()),
        (replace(FACTS, cost_jpy=1_001), TooFarAboveFirst(1_001, 1_000, 1_000)),
        (replace(FACTS, cost_jpy=None), CostNotKnown()),
        (replace(FACTS, first_jpy=None), FirstCostNotKnown()),
        (replace(FACTS, rating_good=97, rating_bad=3), RatedTooLow(97, 98)),
        (replace(FACTS, rating_good=979, rating_bad=21), RatedTooLow(97, 98)),
        (replace(FACTS, rating_good=99, rating_bad=0), RatedTooSeldom(99, 100)),
        (replace(FACTS, rating_good=None), RatingNotKnown()),
        (replace(FACTS, rating_bad=None), RatingNotKnown()),
        (replace(FACTS, condition=4), WorseThanFirst(4, 3)),
        (replace(FACTS, condition=None), ConditionNotKnown()),
        (replace(FACTS, first_condition=None), FirstConditionNotKnown()),
    ],
)
def test_each_condition_alone_keeps_it_waiting(facts: Facts, missed: Reason) -> None:
    assert misses(facts, RULE) == (missed,)


@pytest.mark.parametrize(
    ("offers", "missed"),
    [
        ((Sells(3_000, 299),), (EarnsLessThanRule(299, 300),)),
        ((Sells(3_001, 300),), (EarnsLessThanRule(300, 301),)),
        ((Sells(3_000, None),), (ProfitNotKnown(),)),
        ((Sells(None, None),), (ProfitNotKnown(),)),
        ((), (ProfitNotKnown(),)),
        ((Sells(3_000, 300), Sells(9_000, 899)), (EarnsLessThanRule(899, 900),)),
        ((Sells(3_000, 300), Sells(None, None)), (ProfitNotKnown(),)),
        ((Sells(3_000, 300), Sells(9_000, 5_000)), ()),
    ],
)
def test_by_earnings_each_of_the_offers_must_earn_enough(offers: tuple[Sells, ...], missed: tuple[Reason, ...]) -> None:
    dear = replace(FACTS, offers=offers, cost_jpy=5_000, first_jpy=None)
    assert misses(dear, BY_EARNINGS) == missed


def test_by_earnings_a_cost_that_is_not_known_is_told_as_such() -> None:
    assert misses(replace(FACTS, cost_jpy=None), BY_EARNINGS) == (CostNotKnown(),)


@pytest.mark.parametrize(
    ("per_cent", "yen", "most"), [(0, 0, 1_999), (10, 0, 2_198), (0, 150, 2_149), (10, 150, 2_198), (10, 300, 2_299)]
)
def test_the_higher_of_per_cent_and_yen_limits_the_cost(per_cent: int, yen: int, most: int) -> None:
    rule = replace(RULE, above_first_percent=per_cent, above_first_jpy=yen)
    assert misses(replace(FACTS, first_jpy=1_999, cost_jpy=most), rule) == ()
    assert misses(replace(FACTS, first_jpy=1_999, cost_jpy=most + 1), rule) == (
        TooFarAboveFirst(most + 1, most, 1_999),
    )


def test_the_higher_of_yen_and_margin_is_what_a_sale_must_earn() -> None:
    rule = replace(BY_EARNINGS, least_profit_jpy=301)
    assert misses(FACTS, rule) == (EarnsLessThanRule(300, 301),)
    assert misses(replace(FACTS, offers=(Sells(3_000, 301),)), rule) == ()


def test_a_seller_without_ratings_fulfils_no_rule_about_them() -> None:
    anybody = replace(RULE, least_good_percent=0, least_ratings=0)
    assert misses(replace(FACTS, rating_good=0, rating_bad=0), anybody) == (RatedTooLow(0, 0),)
    assert misses(replace(FACTS, rating_good=0, rating_bad=1), anybody) == ()


def test_all_that_fails_is_told() -> None:
    bad = replace(FACTS, alike_parts=100, cost_jpy=2_000, rating_good=1, rating_bad=1, condition=6)
    assert [type(one) for one in misses(bad, RULE)] == [
        *(AlikeTooLittle, TooFarAboveFirst, RatedTooLow, RatedTooSeldom, WorseThanFirst)
    ]


def test_of_what_an_earlier_release_found_nothing_is_known() -> None:
    assert misses(Facts("x1", cost_jpy=900, first_jpy=1_000, first_condition=3), RULE) == (FactsNotKept(),)


ANY = ApprovalRule(True, 0, False, 100, 1_000_000, 0, 0, 0, 0)
"""Wants nothing, but to know."""
NAMES = [field.name for field in fields(Facts) if field.name not in ("item_id", "offers")]


@given(missing=st.sets(st.sampled_from(NAMES), min_size=1))
def test_what_is_not_known_is_never_approved_by_what_the_first_source_cost(missing: set[str]) -> None:
    assert misses(replace(FACTS, **dict.fromkeys(missing)), ANY)


@given(missing=st.sets(st.sampled_from([*NAMES, "offers"]).filter(lambda name: name != "first_jpy"), min_size=1))
def test_what_is_not_known_is_never_approved_by_what_a_sale_earns(missing: set[str]) -> None:
    gone = {name: () if name == "offers" else None for name in missing}
    assert misses(replace(FACTS, **gone), replace(ANY, by_earnings=True))
