"""Amazon's fee by its own estimate: scaled to another price, never below the least fee, else the percentage."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.replacements.test_earnings import SALE, TERMS
from tests.unit.replacements.test_trying import RULES

from mercarich_contracts.market import Marketplace
from mercarich_reasons.earnings import FeeBySetting, FeeEstimated, FeeRefused
from mercarich_replacements.earnings import Verdict, earnings
from mercarich_replacements.fees import LEAST_JPY, Estimate
from mercarich_replacements.rules import Wanted

SHARE, FIXED, PRICE = st.integers(0, 10**6), st.integers(0, 10**3), st.integers(1, 10**7)
AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
TOY = Estimate(fee_jpy=500, fixed_jpy=0, of_price_jpy=5000, at=AT)
BOOK = Estimate(fee_jpy=830, fixed_jpy=80, of_price_jpy=5000, at=AT)


@pytest.mark.parametrize(
    ("estimate", "price", "fee"),
    [
        (TOY, 5000, 500),
        (TOY, 5001, 501),
        (TOY, 2500, 250),
        (TOY, 200, LEAST_JPY),
        (BOOK, 5000, 830),
        (BOOK, 10_000, 1580),
        (replace(BOOK, fee_jpy=95, of_price_jpy=100), 10, 80 + 15),  # below the least fee: what is known of it stays
        (replace(TOY, fee_jpy=LEAST_JPY, of_price_jpy=100), 50, LEAST_JPY),
        (replace(TOY, fee_jpy=0), 8000, 0),
    ],
)
def test_what_depends_on_the_price_is_scaled_and_stays_at_the_least_fee(
    estimate: Estimate, price: int, fee: int
) -> None:
    assert estimate.fee(price) == fee


def test_a_sale_earns_what_amazons_estimate_leaves_and_tells_so() -> None:
    by_estimate, by_setting = earnings(replace(SALE, estimate=BOOK), TERMS), earnings(SALE, TERMS)

    assert (by_estimate.fee_jpy, by_estimate.profit_jpy) == (830, 5000 - 830 - 3500 - 300)
    assert by_estimate.fee_why == FeeEstimated(5000, AT)
    assert (by_setting.fee_jpy, by_setting.fee_why) == (750, FeeBySetting(15.0))


def test_an_estimate_may_make_a_loss_of_what_the_percentage_lets_earn() -> None:
    sale = replace(SALE, postage_jpy=900)

    assert earnings(sale, TERMS).verdict is Verdict.ENOUGH
    assert earnings(replace(sale, estimate=BOOK), TERMS).verdict is Verdict.LOSS


def test_a_refused_estimate_is_told_and_the_one_before_it_counts() -> None:
    refused = FeeRefused("no", "InvalidParameterValue")

    earned = earnings(replace(SALE, estimate=TOY, fee_problem=refused), TERMS)

    assert (earned.fee_jpy, earned.not_estimated) == (500, (refused,))


def test_without_a_price_there_is_no_fee_and_nothing_that_it_is_by() -> None:
    earned = earnings(replace(SALE, offer_price_jpy=None, estimate=TOY), TERMS)

    assert (earned.fee_jpy, earned.fee_why) == (None, None)


def test_of_several_pieces_each_has_its_fee_and_the_sale_its_costs_once() -> None:
    low = replace(TOY, fee_jpy=LEAST_JPY, of_price_jpy=100)

    assert TERMS.kept(100, low, 3) == 300 - 3 * LEAST_JPY - 300
    assert TERMS.kept(1000, None, 3) == TERMS.kept(3000) == 3000 - 450 - 300


@given(SHARE, FIXED, PRICE, PRICE, PRICE)
def test_a_source_at_the_break_even_by_an_estimate_makes_no_loss(
    share: int, fixed: int, of_price: int, offered: int, price: int
) -> None:
    estimate = Estimate(share + fixed, fixed, of_price, AT)
    wanted = Wanted((1,), 1, Marketplace.YAHOO, 1, "x1", "", None, None, None, None, offered, estimate)
    ceiling = wanted.ceiling(replace(RULES, break_even=True, fee_percent=15.0))
    assert ceiling is not None

    sale = replace(SALE, offer_price_jpy=offered, price_jpy=price, postage_jpy=0, estimate=estimate)
    profit = earnings(sale, replace(TERMS, costs_jpy=0)).profit_jpy

    assert profit is not None
    assert (profit >= 0) == (price <= ceiling) or ceiling == price == 0


@given(SHARE, FIXED, PRICE, PRICE)
def test_at_its_own_price_an_estimate_is_what_amazon_told_and_it_never_falls_with_the_price(
    share: int, fixed: int, of_price: int, price: int
) -> None:
    estimate = Estimate(share + fixed, fixed, of_price, AT)

    assert estimate.fee(of_price) == estimate.fee_jpy
    assert estimate.fee(price) <= estimate.fee(price + 1)
