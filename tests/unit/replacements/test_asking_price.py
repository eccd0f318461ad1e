"""The price of a new offer by its seller's formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercarich_replacements.asking_price import STEP_JPY, Formula, asking_price, cost_of, least_price
from mercarich_replacements.earnings import Sale, Terms

FEE_15 = Terms(fee_percent=15.0, costs_jpy=500)


@pytest.mark.parametrize(
    ("cost", "formula", "price"),
    [
        (1_000, Formula(), 1_770),  # 1,770 less 15 % and 500 leaves 1,004
        (1_000, Formula(profit_jpy=500), 2_360),  # 2,006 - 500 - 1,000 = 506
        (1_000, Formula(profit_percent=10.0), 2_000),  # 1,700 - 1,500 = 200, a tenth of 2,000
        (1_000, Formula(profit_jpy=100, profit_percent=10.0), 2_000),
        (1_000, Formula(profit_percent=85.0), None),
        (1_000, Formula(profit_percent=90.0), None),
        (0, Formula(), 590),
    ],
)
def test_the_price_is_the_lowest_that_leaves_the_wanted_profit(cost: int, formula: Formula, price: int | None) -> None:
    assert asking_price(cost, FEE_15, formula) == price


@given(
    cost=st.integers(0, 200_000),
    fee=st.floats(0, 45),
    costs=st.integers(0, 5_000),
    profit=st.integers(0, 10_000),
    percent=st.floats(0, 45),
)
def test_ten_yen_less_would_leave_too_little(cost: int, fee: float, costs: int, profit: int, percent: float) -> None:
    terms, formula = Terms(fee_percent=fee, costs_jpy=costs), Formula(profit, percent)
    price = asking_price(cost, terms, formula)

    assert price is not None
    assert price % STEP_JPY == 0
    assert _leaves(price, cost, terms, formula)
    assert price == STEP_JPY or not _leaves(price - STEP_JPY, cost, terms, formula)


def _leaves(price: int, cost: int, terms: Terms, formula: Formula) -> bool:
    left = terms.kept(price) - cost
    return left >= formula.profit_jpy and left * 1000 >= formula.per_mille * price


@pytest.mark.parametrize(
    ("sale", "terms", "cost"),
    [
        (Sale(None, "available", None, 1_000, 700), FEE_15, 1_700),
        (Sale(None, "available", None, 1_000, None), FEE_15, None),
        (Sale(None, "available", None, 1_000, None), Terms(unknown_postage_jpy=1_500), 2_500),
        (Sale(None, "unbuyable", "auction_only", 1_000, 0), FEE_15, None),
        (Sale(None, "sold", "won", 1_000, 0), FEE_15, None),
        (Sale(None, "unknown", None, None, None), FEE_15, None),
    ],
)
def test_a_cost_that_is_not_known_is_never_free_and_a_bid_is_no_price(
    sale: Sale, terms: Terms, cost: int | None
) -> None:
    assert cost_of(sale, terms) == cost


def test_the_least_price_is_no_loss() -> None:
    least = least_price(1_000, FEE_15)

    assert least is not None
    assert FEE_15.kept(least) >= 1_000 > FEE_15.kept(least - STEP_JPY)
