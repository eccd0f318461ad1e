"""What a sale earns: fee, costs, the source with its postage, and what is not known of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.replacements.test_trying import RULES

from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_reasons.earnings import OfferPriceNotTold, SourceNotBuyable, SourceNotSeen, SourcePostageNotKnown
from mercarich_replacements.earnings import Sale, Terms, Verdict, earnings
from mercarich_replacements.rules import Wanted

TERMS = Terms(fee_percent=15.0, costs_jpy=300)
SALE = Sale(offer_price_jpy=5000, state="available", why=None, price_jpy=3000, postage_jpy=500)
LEAST = replace(TERMS, least_jpy=500, least_percent=10.0)


def test_a_sale_earns_what_fee_source_postage_and_costs_leave() -> None:
    earned = earnings(SALE, TERMS)

    assert (earned.fee_jpy, earned.landed_jpy, earned.profit_jpy, earned.margin_percent) == (750, 3500, 450, 9.0)
    assert (earned.verdict, earned.at_most, earned.unknown) == (Verdict.ENOUGH, False, ())


@pytest.mark.parametrize(
    ("postage", "terms", "expected"),
    [
        (949, TERMS, Verdict.ENOUGH),
        (951, TERMS, Verdict.LOSS),
        (950, TERMS, Verdict.ENOUGH),  # it earns nothing, and loses nothing
        (951, LEAST, Verdict.LOSS),
        (0, LEAST, Verdict.ENOUGH),
        (450, replace(TERMS, least_jpy=501), Verdict.THIN),
        (450, replace(TERMS, least_jpy=500), Verdict.ENOUGH),
        (450, replace(TERMS, least_percent=10.1), Verdict.THIN),
        (450, replace(TERMS, least_percent=10.0), Verdict.ENOUGH),
    ],
)
def test_too_little_is_a_loss_or_what_the_seller_says(postage: int, terms: Terms, expected: Verdict) -> None:
    assert earnings(replace(SALE, postage_jpy=postage), terms).verdict is expected


def test_a_postage_that_is_not_known_is_never_free() -> None:
    sale = replace(SALE, postage_jpy=None)

    unknown, counted = earnings(sale, TERMS), earnings(sale, replace(TERMS, unknown_postage_jpy=1500))
    lost = earnings(replace(sale, price_jpy=4000), TERMS)

    assert (unknown.verdict, unknown.profit_jpy, unknown.at_most) == (Verdict.UNKNOWN, 950, True)
    assert unknown.unknown == (SourcePostageNotKnown(),)
    assert (counted.verdict, counted.profit_jpy, counted.at_most, counted.unknown) == (Verdict.LOSS, -550, False, ())
    assert (lost.verdict, lost.profit_jpy, lost.at_most) == (Verdict.LOSS, -50, True), "a loss whatever the postage is"


def test_a_free_postage_is_free_whatever_is_counted_for_an_unknown_one() -> None:
    earned = earnings(replace(SALE, postage_jpy=0), replace(TERMS, unknown_postage_jpy=1500))

    assert (earned.landed_jpy, earned.profit_jpy) == (3000, 950)


@pytest.mark.parametrize(
    ("sale", "unknown"),
    [
        (replace(SALE, offer_price_jpy=None), (OfferPriceNotTold(),)),
        (replace(SALE, price_jpy=None), (SourceNotSeen(),)),
        (replace(SALE, state="unknown"), (SourceNotSeen(),)),
        (
            replace(SALE, state="unbuyable", why="auction_only"),
            (SourceNotBuyable(State.UNBUYABLE, Reason.AUCTION_ONLY),),
        ),
        (replace(SALE, state="sold", why="won"), (SourceNotBuyable(State.SOLD, Reason.WON),)),
        (
            replace(SALE, offer_price_jpy=None, state="gone", why="a_reason_of_tomorrow"),
            (OfferPriceNotTold(), SourceNotBuyable(State.GONE)),
        ),
        (
            replace(SALE, offer_price_jpy=None, postage_jpy=None),
            (OfferPriceNotTold(), SourcePostageNotKnown()),
        ),
    ],
)
def test_what_is_not_known_is_told_and_no_profit_is_made_up(sale: Sale, unknown: tuple[object, ...]) -> None:
    earned = earnings(sale, TERMS)

    assert (earned.verdict, earned.profit_jpy, earned.margin_percent) == (Verdict.UNKNOWN, None, None)
    assert earned.unknown == unknown


@given(st.integers(1, 10**8), st.integers(0, 900), st.integers(0, 10**6), st.integers(0, 10**8))
def test_a_source_at_the_break_even_price_of_the_filters_makes_no_loss(
    offered: int, per_mille: int, costs: int, price: int
) -> None:
    rules = replace(RULES, break_even=True, fee_percent=per_mille / 10, costs_jpy=costs)
    wanted = Wanted((1,), 1, Marketplace.YAHOO, 1, "x1", "", None, None, None, None, offer_price_jpy=offered)
    sale = Sale(offered, "available", None, price, 0)
    ceiling = wanted.ceiling(rules)
    assert ceiling is not None

    profit = earnings(sale, Terms(per_mille / 10, costs)).profit_jpy

    assert profit is not None
    assert (profit >= 0) == (price <= ceiling) or ceiling == price == 0
