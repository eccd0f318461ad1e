"""Repricing: within the seller's bounds, never a loss, and nothing by what is not known."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercarich_reasons.repricing import PriceFollows, Reached
from mercarich_replacements import loss_stop
from mercarich_replacements.asking_price import Formula, asking_price, least_price
from mercarich_replacements.earnings import Sale, Terms
from mercarich_replacements.fees import Estimate
from mercarich_replacements.loss_stop import ONLY_TELL, LossRule, Step
from mercarich_replacements.repricing import Following, PriceRule, Rules, decide

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
TERMS = Terms(fee_percent=15.0, costs_jpy=300)
RULE = PriceRule(True, Formula(profit_percent=10.0), step_jpy=10, least_change_percent=3.0, changes_a_day=2)
TAKES_DOWN = LossRule(takes_down=True, recovery_percent=2.0)
RULES = Rules(TERMS, ONLY_TELL, RULE)
SALE = Sale(offer_price_jpy=5000, state="available", why=None, price_jpy=3000, postage_jpy=500)
"""A tenth of 5,070 yen is left: of 5,000 it is 450."""
BAND = Following(least_jpy=4500, most_jpy=6000)


def _asked(sale: Sale = SALE, rules: Rules = RULES, following: Following = BAND, own: int | None = None) -> Any:
    decision = decide(sale, rules, own, following, paused=False)
    return decision.reason if decision.step is Step.REPRICE else decision.step


def test_a_dearer_source_raises_the_price_with_its_figures() -> None:
    assert _asked(replace(SALE, price_jpy=3400)) == PriceFollows(5000, 5600, 3400, 500, 840, 300, 560, Reached.PROFIT)


@pytest.mark.parametrize(
    ("price", "asked", "reached"),
    [
        (2000, 4500, Reached.LEAST),  # 3,740 would do
        (3900, 6000, Reached.MOST),  # 6,270 would be wanted, 5,530 is no loss
        (4300, 6000, Reached.MOST),  # it earns nothing, and loses nothing
    ],
)
def test_the_bounds_of_the_offer_hold(price: int, asked: int, reached: Reached) -> None:
    found = _asked(replace(SALE, price_jpy=price))
    assert (found.to_jpy, found.reached) == (asked, reached)
    assert found.profit_jpy >= 0


def test_no_price_is_asked_for_that_would_be_a_loss() -> None:
    dear = replace(SALE, price_jpy=4301)
    assert _asked(dear) is Step.KEEP, "only told: the highest price would lose a yen"
    assert _asked(dear, replace(RULES, loss=TAKES_DOWN)) is Step.PAUSE, "the loss stop decides as ever"


def test_what_the_loss_stop_wants_is_the_least_of_a_price() -> None:
    formula = replace(RULES, price=replace(RULE, formula=Formula()), loss=replace(TAKES_DOWN, least_jpy=800))
    found = _asked(replace(SALE, price_jpy=3400), formula)
    assert (found.to_jpy, found.reached, found.profit_jpy) == (5890, Reached.FLOOR, 806)
    assert _asked(replace(SALE, price_jpy=3200), formula, own=-500).to_jpy == 4710, "a loss is never asked for"


@pytest.mark.parametrize(
    ("sale", "step"),
    [
        pytest.param(replace(SALE, price_jpy=None), Step.UNDECIDED, id="no price of the source"),
        pytest.param(replace(SALE, price_jpy=3400, postage_jpy=None), Step.UNPRICED, id="no postage"),
        pytest.param(replace(SALE, state="unbuyable", price_jpy=3400), Step.UNDECIDED, id="a bid"),
        pytest.param(replace(SALE, state="unknown", price_jpy=3400), Step.UNDECIDED, id="the look told nothing"),
        pytest.param(replace(SALE, state="sold", price_jpy=3400), Step.UNDECIDED, id="gone: stock decides"),
        pytest.param(replace(SALE, offer_price_jpy=None, price_jpy=3400), Step.UNPRICED, id="no price of the offer"),
    ],
)
def test_what_is_not_known_changes_no_price(sale: Sale, step: Step) -> None:
    assert _asked(sale) is step


def test_without_a_fee_no_price_is_known() -> None:
    free = replace(RULES, terms=Terms(costs_jpy=300))
    dear = replace(SALE, price_jpy=4000)
    assert _asked(dear, free) is Step.UNPRICED
    assert _asked(dear, replace(free, price=replace(RULE, follows=False))) is Step.KEEP, "and none is wanted"
    assert _asked(replace(dear, estimate=Estimate(500, 0, 5000, AT)), free).fee_jpy == 600


@pytest.mark.parametrize(
    ("rules", "following"),
    [
        pytest.param(replace(RULES, price=replace(RULE, follows=False)), BAND, id="the rule is off"),
        pytest.param(RULES, replace(BAND, least_jpy=None), id="no lowest price"),
        pytest.param(RULES, replace(BAND, most_jpy=None), id="no highest price"),
        pytest.param(RULES, replace(BAND, least_jpy=6001), id="the lowest is above the highest"),
        pytest.param(RULES, replace(BAND, changes=2), id="as many changes as a day may have"),
        pytest.param(RULES, replace(BAND, stopped=True), id="stopped until the seller resumes it"),
        pytest.param(RULES, replace(BAND, asked_jpy=5200), id="another price is on its way"),
    ],
)
def test_an_offer_follows_only_where_it_may(rules: Rules, following: Following) -> None:
    assert _asked(replace(SALE, price_jpy=3400), rules, following) is Step.KEEP


def test_what_may_not_follow_goes_down_at_a_loss() -> None:
    rules, dear = replace(RULES, loss=TAKES_DOWN), replace(SALE, price_jpy=3500)
    assert _asked(dear, rules).to_jpy == 5740
    assert _asked(dear, rules, replace(BAND, changes=2)) is Step.PAUSE


def test_an_offer_is_weighed_by_the_price_that_is_on_its_way() -> None:
    rules, dear = replace(RULES, loss=TAKES_DOWN), replace(SALE, price_jpy=3500)
    assert _asked(dear, rules, replace(BAND, asked_jpy=5740)) is Step.KEEP
    assert _asked(dear, rules, replace(BAND, asked_jpy=5000)) is Step.PAUSE


def test_a_price_that_waits_for_a_person_does_not_keep_up_what_is_sold_at_a_loss() -> None:
    rules, dear, dearer = replace(RULES, loss=TAKES_DOWN), replace(SALE, price_jpy=3500), replace(SALE, price_jpy=3400)
    found = [
        decide(sale, rules, None, BAND, paused=False, held=held) for held in (False, True) for sale in (dear, dearer)
    ]
    assert [one.step for one in found] == [Step.REPRICE, Step.REPRICE, Step.PAUSE, Step.REPRICE]
    assert [one.is_loss for one in found] == [True, False, False, False]
    assert decide(dear, rules, None, BAND, paused=True, held=True).step is Step.REPRICE, "it is down already"


@pytest.mark.parametrize("price", [2000, 3000, 3351, 4301, None])
def test_the_loss_stop_alone_puts_up_a_paused_offer(price: int | None) -> None:
    sale, rules = replace(SALE, price_jpy=price), replace(RULES, loss=TAKES_DOWN)
    still = replace(RULE, follows=False) if price == 3351 else RULE  # within the distance of its recovery
    found = decide(sale, replace(rules, price=still), None, BAND, paused=True)
    assert found == loss_stop.decide(sale, TERMS, TAKES_DOWN, None, paused=True)


def test_a_paused_offer_gets_the_price_at_which_it_would_be_up() -> None:
    dear, rules = replace(SALE, price_jpy=3500), replace(RULES, loss=TAKES_DOWN)
    found = decide(dear, rules, None, BAND, paused=True)
    assert (found.step, found.reason) == (
        Step.REPRICE,
        PriceFollows(5000, 5740, 3500, 500, 861, 300, 579, Reached.PROFIT),
    )
    at_it = replace(dear, offer_price_jpy=5740)
    assert decide(at_it, rules, None, BAND, paused=True).step is Step.RECOVER
    coming = replace(BAND, asked_jpy=5740)
    assert decide(dear, rules, None, coming, paused=True).step is Step.KEEP, "Amazon still has the price that loses"


def test_a_paused_offer_gets_no_price_at_which_it_would_stay_down() -> None:
    """5,240 yen would be above the limit, and 5,570 is as far above it as puts the offer up."""
    distant = replace(TAKES_DOWN, least_jpy=100, recovery_percent=5.0)
    rules = replace(RULES, loss=distant, price=replace(RULE, formula=Formula(profit_percent=1.0)))
    sale = replace(SALE, price_jpy=3550)
    found = decide(sale, rules, None, BAND, paused=True)
    assert isinstance(found.reason, PriceFollows)
    assert (found.reason.to_jpy, found.reason.reached) == (5570, Reached.FLOOR)
    assert decide(replace(sale, offer_price_jpy=5570), rules, None, BAND, paused=True).step is Step.RECOVER
    assert decide(sale, rules, None, replace(BAND, most_jpy=5560), paused=True).step is Step.KEEP, "no price puts it up"
    coarse = replace(rules, price=replace(rules.price, least_change_percent=20.0))
    almost = decide(replace(sale, offer_price_jpy=5550), coarse, None, BAND, paused=True)
    assert almost.step is Step.REPRICE, "what puts it up is no small change"


@given(
    sale=st.builds(
        Sale,
        offer_price_jpy=st.integers(1000, 6000),
        state=st.just("available"),
        why=st.none(),
        price_jpy=st.integers(1000, 6000),
        postage_jpy=st.integers(0, 500),
        estimate=st.one_of(
            st.none(),
            st.builds(Estimate, st.integers(20, 900), st.integers(0, 150), st.integers(1500, 6000), st.just(AT)),
        ),
    ),
    loss=st.builds(LossRule, st.just(True), st.integers(0, 500), st.floats(0, 20), st.floats(0, 20)),
    formula=st.builds(Formula, st.integers(0, 500), st.floats(0, 30)),
    least_change=st.floats(0, 20),
    step=st.sampled_from([1, 10, 100]),
    most=st.integers(5_000, 60_000),
    own=st.one_of(st.none(), st.integers(-500, 500)),
)
def test_every_price_of_a_paused_offer_puts_it_up(
    sale: Sale, loss: LossRule, formula: Formula, least_change: float, step: int, most: int, own: int | None
) -> None:
    rules, band = Rules(TERMS, loss, PriceRule(True, formula, step, least_change, 2)), Following(500, most)
    decision = decide(sale, rules, own, band, paused=True)
    if isinstance(decision.reason, PriceFollows):
        at_it = replace(sale, offer_price_jpy=decision.reason.to_jpy)
        assert decide(at_it, rules, own, band, paused=True).step is Step.RECOVER
    elif most == 60_000 and decision.step is Step.KEEP:
        raise AssertionError("some price within the bounds would put it up")


def test_small_changes_are_not_worth_a_push() -> None:
    assert _asked() is Step.KEEP, "5,070 is 1.4 per cent more"
    assert _asked(replace(SALE, price_jpy=3060)) == PriceFollows(5000, 5150, 3060, 500, 773, 300, 517, Reached.PROFIT)


def test_a_loss_and_a_price_out_of_the_bounds_are_always_worth_one() -> None:
    exact = replace(RULES, price=replace(RULE, formula=Formula(), least_change_percent=20.0))
    assert _asked(replace(SALE, price_jpy=3460), exact).to_jpy == 5020, "at 5,000 it would lose 10 yen"
    assert _asked(replace(SALE, offer_price_jpy=4490, price_jpy=2500), exact).to_jpy == 4500


@given(
    sale=st.builds(
        Sale,
        offer_price_jpy=st.one_of(st.none(), st.integers(1, 30_000)),
        state=st.sampled_from(["available", "available", "unknown", "sold", "unbuyable"]),
        why=st.none(),
        price_jpy=st.one_of(st.none(), st.integers(0, 30_000)),
        postage_jpy=st.one_of(st.none(), st.integers(0, 3_000)),
        estimate=st.one_of(
            st.none(),
            st.builds(Estimate, st.integers(200, 900), st.integers(0, 150), st.integers(1500, 6000), st.just(AT)),
        ),
    ),
    terms=st.builds(Terms, st.floats(0, 45), st.integers(0, 1_000), st.sampled_from([0, 800])),
    loss=st.builds(LossRule, st.booleans(), st.integers(0, 500), st.floats(0, 20), st.just(2.0)),
    price=st.builds(
        PriceRule,
        st.booleans(),
        st.builds(Formula, st.integers(0, 1_000), st.floats(0, 30)),
        st.sampled_from([1, 10, 100]),
        st.floats(0, 20),
        st.integers(0, 3),
    ),
    following=st.builds(
        Following,
        st.one_of(st.none(), st.integers(1, 20_000)),
        st.one_of(st.none(), st.integers(1, 40_000)),
        st.one_of(st.none(), st.integers(1, 20_000)),
        st.integers(0, 3),
        st.booleans(),
    ),
    own=st.one_of(st.none(), st.integers(-500, 500)),
)
def test_every_price_that_is_asked_for_is_within_the_bounds_and_no_loss(
    sale: Sale, terms: Terms, loss: LossRule, price: PriceRule, following: Following, own: int | None
) -> None:
    decision = decide(sale, Rules(terms, loss, price), own, following, paused=False)
    if decision.step is not Step.REPRICE:
        assert decision.step in (Step.KEEP, Step.PAUSE, Step.UNDECIDED, Step.UNPRICED)
        return
    asked = decision.reason
    assert isinstance(asked, PriceFollows)
    assert following.least_jpy is not None
    assert following.most_jpy is not None
    assert following.least_jpy <= asked.to_jpy <= following.most_jpy
    assert asked.to_jpy != sale.offer_price_jpy
    assert asked.profit_jpy >= 0
    assert sale.state == "available"
    at_it = replace(sale, offer_price_jpy=asked.to_jpy)
    after = decide(at_it, Rules(terms, loss, price), own, following, paused=False)
    assert after.step is not Step.PAUSE, "the loss stop would take down what was just asked for"
    assert after.step is not Step.REPRICE, "the same look would ask for another price again"


@given(
    cost=st.integers(0, 100_000),
    fee=st.integers(30, 1_500),
    fixed=st.integers(0, 30),
    of=st.integers(3_200, 9_000),
    formula=st.builds(Formula, st.integers(0, 3_000), st.floats(0, 45)),
    step=st.sampled_from([1, 10, 100]),
)
def test_by_amazons_estimate_one_step_less_would_leave_too_little(
    cost: int, fee: int, fixed: int, of: int, formula: Formula, step: int
) -> None:
    estimate = Estimate(fee, fixed, of, AT)
    price = asking_price(cost, TERMS, formula, estimate, step)

    assert price is not None
    assert price % step == 0
    assert _leaves(price, cost, formula, estimate)
    assert price == step or not _leaves(price - step, cost, formula, estimate)


def test_the_lowest_price_without_a_loss_goes_by_the_estimate() -> None:
    assert (least_price(1000, TERMS), least_price(1000, TERMS, Estimate(100, 0, 1000, AT))) == (1530, 1450)


def _leaves(price: int, cost: int, formula: Formula, estimate: Estimate) -> bool:
    profit = TERMS.kept(price, estimate) - cost
    return profit >= formula.profit_jpy and profit * 1000 >= formula.per_mille * price
