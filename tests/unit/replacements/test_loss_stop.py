"""The loss stop: a certain loss takes down, a known profit puts up, and what is unknown does nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercarich_reasons.earnings import EarnsEnoughAgain, EarnsTooLittle, LossRuleEnded
from mercarich_replacements.earnings import Sale, Terms
from mercarich_replacements.fees import Estimate
from mercarich_replacements.loss_stop import ONLY_TELL, LossRule, Step, decide, highest_cost

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
TERMS = Terms(fee_percent=15.0, costs_jpy=300)
"""Of 5,000 yen, 3,950 are left."""
SALE = Sale(offer_price_jpy=5000, state="available", why=None, price_jpy=3000, postage_jpy=500)
RULE = LossRule(takes_down=True, recovery_percent=2.0)
KEEP, PAUSE, RECOVER, UNDECIDED = Step.KEEP, Step.PAUSE, Step.RECOVER, Step.UNDECIDED


def _priced(price: int | None, postage: int | None = 500) -> Sale:
    return replace(SALE, price_jpy=price, postage_jpy=postage)


@pytest.mark.parametrize(
    ("sale", "up", "down"),
    [
        pytest.param(_priced(3451), PAUSE, KEEP, id="a loss of a yen"),
        pytest.param(_priced(3450), KEEP, KEEP, id="it earns nothing, within the recovery's distance"),
        pytest.param(_priced(3351), KEEP, KEEP, id="a yen before the recovery"),
        pytest.param(_priced(3350), KEEP, RECOVER, id="it earns 2 per cent above the limit"),
        pytest.param(_priced(None), UNDECIDED, UNDECIDED, id="the source's price is not known"),
        pytest.param(_priced(3951, None), PAUSE, KEEP, id="a loss whatever the postage is"),
        pytest.param(_priced(3950, None), UNDECIDED, UNDECIDED, id="no loss without a postage, which is not known"),
        pytest.param(_priced(1, None), UNDECIDED, UNDECIDED, id="cheap, but its postage is not known"),
        pytest.param(replace(SALE, offer_price_jpy=None), UNDECIDED, UNDECIDED, id="the offer's price is not told"),
        pytest.param(replace(SALE, state="sold"), UNDECIDED, UNDECIDED, id="the source is gone: stock decides"),
        pytest.param(replace(SALE, state="unbuyable", price_jpy=9000), UNDECIDED, UNDECIDED, id="a bid is no price"),
        pytest.param(replace(SALE, state="unknown"), UNDECIDED, UNDECIDED, id="the look told nothing"),
    ],
)
def test_what_a_sale_would_earn_decides(sale: Sale, up: Step, down: Step) -> None:
    assert decide(sale, TERMS, RULE, None, paused=False).step is up
    assert decide(sale, TERMS, RULE, None, paused=True).step is down


def test_a_counted_postage_puts_up_and_takes_nothing_down() -> None:
    counts, unknown = replace(TERMS, unknown_postage_jpy=1500), _priced(2500, None)

    assert decide(unknown, counts, RULE, None, paused=False).step is UNDECIDED, "with 1,500 it would be a loss of 50"
    assert decide(unknown, counts, RULE, None, paused=True).step is KEEP
    assert decide(_priced(2350, None), counts, RULE, None, paused=True).step is RECOVER


@pytest.mark.parametrize(
    ("rule", "own", "profit", "up"),
    [
        (ONLY_TELL, None, -4000, KEEP),
        (replace(RULE, least_jpy=500), None, 499, PAUSE),
        (replace(RULE, least_jpy=500), None, 500, KEEP),
        (replace(RULE, least_percent=10.0), None, 499, PAUSE),
        (replace(RULE, least_percent=10.0), None, 500, KEEP),
        (replace(RULE, least_percent=10.0, least_jpy=600), None, 599, PAUSE),
        (replace(RULE, least_percent=10.0, least_jpy=400), None, 499, PAUSE),
        (RULE, -300, -300, KEEP),
        (RULE, -300, -301, PAUSE),
        (ONLY_TELL, 200, 199, PAUSE),
        (ONLY_TELL, 200, 200, KEEP),
    ],
)
def test_the_limit_is_the_sellers_or_the_listings_own(rule: LossRule, own: int | None, profit: int, up: Step) -> None:
    assert decide(_priced(3450 - profit), TERMS, rule, own, paused=False).step is up


def test_a_rule_that_has_ended_keeps_nothing_down_that_can_be_bought() -> None:
    assert decide(_priced(9000), TERMS, ONLY_TELL, None, paused=True).reason == LossRuleEnded()
    assert decide(replace(SALE, state="sold"), TERMS, ONLY_TELL, None, paused=True).step is UNDECIDED
    assert decide(_priced(None), TERMS, ONLY_TELL, None, paused=True).step is UNDECIDED


def test_a_decision_has_its_figures() -> None:
    down = decide(_priced(4000), TERMS, RULE, None, paused=False).reason
    up = decide(_priced(3000), TERMS, RULE, None, paused=True).reason

    assert down == EarnsTooLittle(5000, 4000, 750, 300, -550, 0, 500)
    assert up == EarnsEnoughAgain(5000, 3000, 750, 300, 450, 0, 500)


def test_amazons_estimate_takes_the_place_of_the_percentage() -> None:
    low, high = Estimate(400, 0, 5000, AT), Estimate(2000, 80, 10_000, AT)  # at 5,000 yen: 400, and 960 + 80

    assert [_by(low, price, paused=False) for price in (3800, 3801)] == [KEEP, PAUSE]
    assert [_by(high, price, paused=False) for price in (3160, 3161)] == [KEEP, PAUSE]
    assert [_by(low, price, paused=True) for price in (3700, 3701)] == [RECOVER, KEEP]
    down = decide(replace(_priced(4000), estimate=low), TERMS, RULE, None, paused=False).reason
    assert down == EarnsTooLittle(5000, 4000, 400, 300, -200, 0, 500)


def _by(estimate: Estimate, price: int, *, paused: bool) -> Step:
    return decide(replace(_priced(price), estimate=estimate), TERMS, RULE, None, paused=paused).step


_Estimates = st.none() | st.builds(
    lambda share, fixed, of_price: Estimate(share + fixed, fixed, of_price, AT),
    *(st.integers(0, 3_000), st.sampled_from([0, 80]), st.integers(1, 20_000)),
)
_Yen, _Postage = st.integers(0, 20_000), st.none() | st.integers(0, 2_000)
_Rules = st.builds(
    LossRule, st.booleans(), st.integers(0, 2_000), st.sampled_from([0.0, 5.0, 9.9]), st.sampled_from([0.0, 2.0])
)


@given(_Yen, _Yen, _Postage, _Rules, st.none() | st.integers(-2_000, 2_000), _Estimates)
def test_what_is_put_up_is_not_taken_down_at_the_same_price(
    offered: int, price: int, postage: int | None, rule: LossRule, own: int | None, estimate: Estimate | None
) -> None:
    sale = Sale(offered, "available", None, price, postage, estimate)

    if decide(sale, TERMS, rule, own, paused=True).step is RECOVER:
        assert decide(sale, TERMS, rule, own, paused=False).step is KEEP


@given(_Yen, _Yen, st.integers(0, 2_000), _Rules, st.none() | st.integers(-2_000, 2_000), _Estimates)
def test_a_source_within_the_highest_cost_is_not_taken_down(
    offered: int, price: int, postage: int, rule: LossRule, own: int | None, estimate: Estimate | None
) -> None:
    sale = Sale(offered, "available", None, price, postage, estimate)
    most = highest_cost(offered, TERMS, rule, own, estimate)
    step = decide(sale, TERMS, rule, own, paused=False).step

    if most is None or most > 0:
        assert (step is PAUSE) == (most is not None and price + postage > most)
