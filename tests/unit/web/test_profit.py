"""What bought orders have earned by month: months of Japan, what counts, and what is counted apart."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from mercarich_contracts.orders import OrderDecision
from mercarich_web.orders.profit import (
    MONTHS,
    Count,
    Known,
    Month,
    MonthsProfit,
    Profit,
    Sums,
    by_month,
    counts_as,
    months_until,
)

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
NOVEMBER, OCTOBER = Month(2026, 11), Month(2026, 10)
EARNED = Sums(Count.EARNED, 3, 30_000, 4_500, 18_000, 2)
KNOWN = Known(datetime(2026, 10, 10, tzinfo=UTC), NOW)


def test_a_month_is_one_of_japan() -> None:
    assert NOVEMBER.begins_at == datetime(2026, 10, 31, 15, tzinfo=UTC)
    assert NOVEMBER.ends_at == datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert Month(2026, 12).ends_at == datetime(2026, 12, 31, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (datetime(2026, 11, 30, 14, 59, tzinfo=UTC), "2026-11"),
        (datetime(2026, 11, 30, 15, tzinfo=UTC), "2026-12"),
        (datetime(2026, 12, 31, 15, tzinfo=UTC), "2027-01"),
    ],
)
def test_the_present_month_comes_first_and_a_year_before_it(now: datetime, first: str) -> None:
    months = months_until(now)
    assert (str(months[0]), len(months)) == (first, MONTHS)
    assert all(later.begins_at == earlier.ends_at for later, earlier in pairwise(months))


@pytest.mark.parametrize(
    ("decision", "is_cancelled", "has_order_price", "has_paid_price", "count"),
    [
        (OrderDecision.BOUGHT, False, True, True, Count.EARNED),
        (OrderDecision.BOUGHT, False, True, False, Count.NO_PAID_PRICE),
        (OrderDecision.BOUGHT, False, False, True, Count.NO_ORDER_PRICE),
        (OrderDecision.BOUGHT, False, False, False, Count.NO_ORDER_PRICE),
        (OrderDecision.BOUGHT, True, True, True, Count.CANCELLED),
        (OrderDecision.ORDERED, False, True, True, Count.NOT_BOUGHT),
        (None, False, True, False, Count.NOT_BOUGHT),
        (None, True, True, False, Count.NOTHING),
        (OrderDecision.CANNOT_BE_SOURCED, True, True, False, Count.NOTHING),
    ],
)
def test_only_what_was_bought_and_is_known_counts(
    decision: OrderDecision | None, is_cancelled: bool, has_order_price: bool, has_paid_price: bool, count: Count
) -> None:
    known = {"is_cancelled": is_cancelled, "has_order_price": has_order_price, "has_paid_price": has_paid_price}
    assert counts_as(decision, **known) is count


def test_the_profit_is_what_fee_costs_and_the_source_leave_of_the_sales() -> None:
    apart = [
        *(Sums(Count.NO_PAID_PRICE, 2, 7_000, 1_000, 0, 0), Sums(Count.NO_ORDER_PRICE, 1, 0, 0, 900, 0)),
        *(Sums(Count.CANCELLED, 4, 9_000, 1_000, 2_500, 0), Sums(Count.NOT_BOUGHT, 5, 1_000, 100, 0, 0)),
    ]
    told = Profit([EARNED, *apart], 200)
    assert (told.orders, told.sales_jpy, told.fees_jpy, told.costs_jpy, told.paid_jpy) == (
        3,
        30_000,
        4_500,
        600,
        18_000,
    )
    assert (told.profit_jpy, told.margin_percent, told.fees_estimated) == (6_900, 23.0, 2)
    assert (told.no_paid_price, told.no_paid_price_sales_jpy, told.no_order_price) == (2, 7_000, 1)
    assert (told.cancelled, told.cancelled_paid_jpy, told.not_bought) == (4, 2_500, 5)


def test_without_an_order_that_counts_no_profit_is_known() -> None:
    told = Profit([Sums(Count.NO_PAID_PRICE, 1, 3_000, 450, 0, 0)], 0)
    assert (told.profit_jpy, told.margin_percent) == (None, None)
    free = Profit([Sums(Count.EARNED, 1, 0, 0, 500, 0)], 0)
    assert (free.profit_jpy, free.margin_percent) == (-500, None)


def months(known: Known | None, *parts: tuple[Month, Sums], now: datetime = NOW) -> list[MonthsProfit]:
    return list(by_month(parts, known, 0, now).months)


def test_a_month_that_is_not_over_and_one_that_began_before_orders_were_read_say_so() -> None:
    found = months(KNOWN, (NOVEMBER, EARNED))
    assert [(str(one.month), one.is_over, one.is_whole) for one in found] == [
        ("2026-11", False, True),
        ("2026-10", True, False),
    ]
    assert found[1].profit.is_empty


def test_what_is_read_of_a_month_must_reach_its_end() -> None:
    since = datetime(2026, 9, 1, tzinfo=UTC)
    [november, october, *_] = months(Known(since, OCTOBER.ends_at - timedelta(seconds=1)))
    assert not november.is_whole
    assert not october.is_whole
    [_, october, *_] = months(Known(since, OCTOBER.ends_at))
    assert october.is_whole


def test_before_orders_are_read_no_month_is_told() -> None:
    assert months(None) == []
    assert [one.is_whole for one in months(None, (OCTOBER, EARNED))] == [False]


def test_the_sum_of_all_months_is_that_of_their_parts() -> None:
    total = by_month([(NOVEMBER, EARNED), (OCTOBER, EARNED)], KNOWN, 10, NOW).total
    assert (total.orders, total.costs_jpy, total.profit_jpy) == (6, 60, 14_940)
