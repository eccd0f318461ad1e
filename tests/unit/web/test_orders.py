"""What a seller is told of an ordered item: its source now, what it leaves, what comes first; and the rates."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mercarich_contracts.orders import OrderDecision, OrderStatus
from mercarich_reasons.earnings import NoSourceKnown, OrderPriceNotTold, SourceNotSeen, SourcePostageNotKnown
from mercarich_replacements.earnings import Terms
from mercarich_replacements.fees import Estimate
from mercarich_web.cancellations.late import LateRate, worst
from mercarich_web.cancellations.rate import Rate, RateWarning
from mercarich_web.orders.orders import Decided, OrderItem, Profit, Source, Standing, Step

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SOURCE = Source("yahoo", "x1", "available", None, 1_000, AT + timedelta(minutes=5), None, 500)
ITEM = OrderItem(
    id=1,
    order_id="250-1",
    order_item_id="11",
    sku="A-1",
    asin="B0",
    listing_id=7,
    title="カメラ",
    quantity=1,
    unfulfilled=1,
    price_jpy=3_000,
    status=OrderStatus.UNSHIPPED,
    cancelled_by=None,
    ordered_at=AT,
    seen_at=AT + timedelta(minutes=3),
    changed_at=AT,
    ship_by=AT + timedelta(days=2),
    source=SOURCE,
    other=None,
    decided=None,
    revision=0,
)
BOUGHT = Decided(OrderDecision.BOUGHT, None, None, AT + timedelta(hours=1), "ann")
TERMS = Terms(fee_percent=15.0, costs_jpy=100)


@pytest.mark.parametrize(
    ("source", "standing"),
    [
        (SOURCE, Standing.THERE),
        (None, Standing.NO_SOURCE),
        (replace(SOURCE, checked_at=None, state="unknown"), Standing.NOT_LOOKED),
        (replace(SOURCE, checked_at=AT), Standing.NOT_LOOKED),
        (replace(SOURCE, checked_at=AT, check_problem="blocked"), Standing.UNKNOWN),
        (replace(SOURCE, check_problem="not_found_once"), Standing.UNKNOWN),
        (replace(SOURCE, state="sold", reason="won"), Standing.GONE),
        (replace(SOURCE, state="unbuyable", reason="auction_only"), Standing.GONE),
        (replace(SOURCE, state="sold", checked_at=AT - timedelta(days=1)), Standing.GONE),
        (replace(SOURCE, state="sold", check_problem="blocked"), Standing.GONE),
    ],
)
def test_a_source_is_told_as_it_is_now(source: Source | None, standing: Standing) -> None:
    assert replace(ITEM, source=source).standing is standing


def test_profit_is_what_fee_costs_and_the_landed_price_leave() -> None:
    assert ITEM.profit(TERMS) == Profit(3_000 - 450 - 100 - 1_500)
    assert replace(ITEM, quantity=2).profit(TERMS) == Profit(6_000 - 900 - 100 - 3_000)


def test_amazons_estimate_for_the_listing_is_scaled_to_what_the_order_was_sold_for() -> None:
    estimated = replace(ITEM, estimate=Estimate(230, 80, 1_500, AT))

    assert estimated.profit(TERMS) == Profit(3_000 - 380 - 100 - 1_500)
    assert replace(estimated, quantity=2).profit(TERMS) == Profit(6_000 - 760 - 100 - 3_000)


def test_what_was_paid_replaces_what_the_source_would_cost() -> None:
    paid = replace(ITEM, source=None, decided=replace(BOUGHT, paid_jpy=1_200))

    assert paid.profit(TERMS) == Profit(3_000 - 450 - 100 - 1_200)


@pytest.mark.parametrize(
    ("item", "profit"),
    [
        (replace(ITEM, price_jpy=None), Profit(None, (OrderPriceNotTold(),))),
        (replace(ITEM, source=None), Profit(None, (NoSourceKnown(),))),
        (replace(ITEM, source=replace(SOURCE, state="sold")), Profit(None, (NoSourceKnown(),))),
        (replace(ITEM, source=replace(SOURCE, state="sold"), other=SOURCE), Profit(950)),
        (replace(ITEM, source=replace(SOURCE, price_jpy=None)), Profit(None, (SourceNotSeen(),))),
        (replace(ITEM, source=replace(SOURCE, state="unknown")), Profit(None, (SourceNotSeen(),))),
        (replace(ITEM, price_jpy=None, source=None), Profit(None, (OrderPriceNotTold(), NoSourceKnown()))),
        (replace(ITEM, source=replace(SOURCE, postage_jpy=None)), Profit(1_450, (SourcePostageNotKnown(),))),
    ],
)
def test_what_is_not_known_of_the_profit_is_named(item: OrderItem, profit: Profit) -> None:
    assert item.profit(TERMS) == profit


def test_the_story_tells_each_step_that_was_taken() -> None:
    looked, sent = AT + timedelta(minutes=5), AT + timedelta(days=1)
    shipped = replace(ITEM, status=OrderStatus.SHIPPED, changed_at=sent, decided=BOUGHT)

    assert shipped.story == [
        (Step.ORDERED, AT),
        (Step.READ, AT + timedelta(minutes=3)),
        (Step.LOOKED, looked),
        (Step.DECIDED, BOUGHT.at),
        (Step.SHIPPED, sent),
    ]
    before = replace(SOURCE, checked_at=AT - timedelta(hours=1))
    assert [step for step, _ in replace(ITEM, source=before).story] == [Step.ORDERED, Step.READ]


def test_the_rate_is_told_as_it_is_as_announced_and_with_one_more() -> None:
    rate = Rate(orders=80, cancelled=1, unclear=0, announced=1, read_until=AT)

    assert (rate.share, rate.with_announced, rate.with_one_more) == (1 / 80, 2 / 80, 3 / 80)


@pytest.mark.parametrize("rate", [Rate(0, 0, 0, 0, AT), Rate(80, 1, 0, 0, None)])
def test_a_rate_without_orders_or_before_they_are_read_is_not_known(rate: Rate) -> None:
    assert (rate.share, rate.with_announced, rate.with_one_more) == (None, None, None)


LATE = LateRate(days=10, orders=100, late=2, overdue=1, due_soon=3, unclear=0, known_since=AT)


def test_a_rate_of_late_shipments_is_told_as_it_is_and_if_what_is_due_is_late() -> None:
    assert (LATE.share, LATE.with_due) == (2 / 100, 5 / 103)


@pytest.mark.parametrize("rate", [replace(LATE, known_since=None), replace(LATE, orders=0, late=0, due_soon=0)])
def test_late_shipments_without_orders_or_before_they_are_read_are_not_known(rate: LateRate) -> None:
    assert (rate.share, rate.with_due, rate.warning) == (None, None, None)


@pytest.mark.parametrize(
    ("orders", "late", "warning"),
    [(1_000, 23, None), (1_000, 24, RateWarning.NEAR), (1_000, 39, RateWarning.NEAR), (1_000, 40, RateWarning.REACHED)],
)
def test_a_seller_is_warned_before_amazons_limit_of_late_shipments(
    orders: int, late: int, warning: RateWarning | None
) -> None:
    assert replace(LATE, orders=orders, late=late).warning is warning


def test_a_period_is_whole_once_all_its_orders_are_known() -> None:
    assert LATE.is_whole(AT + timedelta(days=10))
    assert not LATE.is_whole(AT + timedelta(days=9))
    assert not replace(LATE, known_since=None).is_whole(AT)


def test_of_two_periods_the_one_nearest_to_the_limit_is_told() -> None:
    month, unknown = replace(LATE, days=30, late=3), replace(LATE, days=30, known_since=None)

    assert worst([LATE, month]) is month
    assert worst([LATE, unknown]) is LATE
    assert worst([unknown, LATE]) is LATE
