"""What became of orders beside what exposure let expect of them is counted by marketplace, once an hour."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select
from tests.integration.checker.shop import Shop

from mercarich_checker.adapters.outcomes_sql import SqlOutcomes
from mercarich_checker.domain.cancellations import COUNT_EVERY, SETTLED, SPAN
from mercarich_checker.use_cases.count_outcomes import CountOutcomes
from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_contracts.orders import Canceller, OrderStatus
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import (
    forecast_outcomes,
    holds,
    listing_events,
    order_items,
    order_reads,
    order_searches,
    run_sellers,
    runs,
)
from mercarich_platform.clock import utc_now
from mercarich_reasons.holds import TooManyFalls

NOW = utc_now()
UNTIL, HOUR = NOW - SETTLED, timedelta(hours=1)
LINKED_BEFORE = timedelta(days=11)
"""How long before the end of the time that counts the store was linked."""
CANCELLED = {"status": OrderStatus.CANCELLED, "cancelled_by": Canceller.MERCHANT}
COUNTS = [
    "planned",
    "checked",
    "available",
    "out_of_stock",
    "unknown",
    "unparsable",
    "unfinished",
    "set_aside",
    "fallen",
    "withdrawn",
    "held",
]


def add(engine: Engine, table: Any, **values: Any) -> Any:
    def write(connection: Connection) -> Any:
        return connection.execute(insert(table).values(**values)).inserted_primary_key

    return run_tx(engine, write)


def order(engine: Engine, source_item_id: int, number: str, before: timedelta = HOUR, **values: Any) -> int:
    """Add an order of seller 1 that was made so long before the end of the time that counts, and return its row's
    id."""
    at = UNTIL - before
    told = {"user_id": 1, "seller_id": "A1", "order_id": number, "order_item_id": number, "sku": "S", "quantity": 1}
    told |= {"status": OrderStatus.SHIPPED, "source_item_id": source_item_id}
    (id,) = add(engine, order_items, **{**told, "ordered_at": at, "changed_at": at, "seen_at": at, **values})
    return int(id)


def seen_gone(engine: Engine, order_item: int, after: timedelta) -> None:
    """Add the search for an order whose source was seen to be gone so long after the order."""
    at = UNTIL - HOUR + after
    counts = dict.fromkeys(("unfinished", "searches", "unsure"), 0)
    add(engine, order_searches, order_item_id=order_item, gone_at=at, not_before=at, **counts)


def look(engine: Engine, before: timedelta, *, operation: str = "check", **own: Any) -> int:
    """Add a run of Yahoo with seller 1's part of it."""
    row = dict.fromkeys(COUNTS, 0) | {"operation": operation, "marketplace": "yahoo", "arguments": "{}"}
    row |= {"outcome": "finished", "phase": "ended", "held_seconds": 0.0, "skipped": "{}", "generation": 1}
    (run,) = add(engine, runs, **row, started_at=UNTIL - before, heartbeat_at=UNTIL)
    add(engine, run_sellers, **{"run_id": run, "user_id": 1, "planned": 9, "checked": 9, "fallen": 0} | own)
    return int(run)


@pytest.fixture
def source(engine: Engine, shop: Shop) -> int:
    """The source of seller 1's offer at Yahoo, who has ten there on sale."""
    seller = shop.seller("a")
    assert seller == 1
    listing, *_ = [shop.listing(seller, f"x{number}") for number in range(1, 11)]
    linked = {"user_id": seller, "seller_id": "A1", "began_at": UNTIL - LINKED_BEFORE, "next_read_at": NOW}
    add(engine, order_reads, **linked)
    return int(shop.offer(listing).source_item_id)


def counted(engine: Engine) -> Any:
    CountOutcomes(SqlOutcomes(engine), Marketplace.YAHOO, lambda: NOW)()
    with reading(engine) as connection:
        return connection.execute(select(forecast_outcomes)).one()


def test_exposed_time_is_held_against_what_the_seller_cancelled(engine: Engine, source: int) -> None:
    look(engine, timedelta(days=10))
    look(engine, timedelta(days=5), operation="watch", fallen=2, unseen_seconds=86_400)
    for number in range(96):
        order(engine, source, f"250-{number}")
    for number in range(4):
        order(engine, source, f"251-{number}", **CANCELLED)

    row = counted(engine)

    assert (row.marketplace, row.orders, row.cancelled, row.counted_at) == ("yahoo", 100, 4, NOW)
    assert row.expected == pytest.approx(100 * 1 / (10 * 10))  # one of ten days of ten offers


def test_a_shop_that_has_sold_out_since_is_measured_by_what_it_had_on_sale(
    engine: Engine, shop: Shop, source: int
) -> None:
    """Ten are up now; of ten more that were, five went down halfway through the time, and five after it."""
    look(engine, timedelta(days=10), fallen=2, unseen_seconds=86_400)
    for number, at in enumerate([UNTIL - timedelta(days=5)] * 5 + [UNTIL + HOUR] * 5):
        down = shop.listing(1, f"y{number}", quantity=0)
        event = {"listing_id": down, "user_id": 1, "at": at, "quantity_before": 1, "quantity_after": 0}
        add(engine, listing_events, **event, kind=EventKind.WITHDRAWN)
    for number in range(100):
        order(engine, source, f"250-{number}")

    assert counted(engine).expected == pytest.approx(100 * 1 / (10 * 17.5))


def test_of_the_cancelled_ones_those_whose_source_went_after_the_order_are_told(engine: Engine, source: int) -> None:
    look(engine, timedelta(days=10))
    order(engine, source, "250-1")
    before = order(engine, source, "251-1", **CANCELLED)
    seen_gone(engine, before, timedelta(minutes=1))
    later = order(engine, source, "251-2", **CANCELLED)
    seen_gone(engine, later, timedelta(hours=1))
    order(engine, source, "251-3", **CANCELLED)  # No look saw it gone: why it was cancelled is not known.
    for number, after in (("one", timedelta(minutes=1)), ("other", timedelta(hours=1))):
        seen_gone(engine, order(engine, source, "251-4", order_item_id=number, **CANCELLED), after)
    bought_elsewhere = order(engine, source, "251-5")
    seen_gone(engine, bought_elsewhere, timedelta(hours=1))

    row = counted(engine)

    assert (row.orders, row.cancelled, row.cancelled_later) == (6, 4, 1)


def test_what_was_ordered_before_the_store_was_linked_counts_for_nothing(engine: Engine, source: int) -> None:
    """Feed reads a week of such orders. No look had seen their sources."""
    look(engine, timedelta(days=10))
    order(engine, source, "250-1")
    for number in range(40):
        seen_gone(engine, order(engine, source, f"251-{number}", LINKED_BEFORE + HOUR, **CANCELLED), HOUR)

    row = counted(engine)

    assert (row.orders, row.cancelled, row.cancelled_later) == (1, 0, 0)


def test_only_settled_orders_of_that_marketplace_count_as_amazon_counts_them(
    engine: Engine, shop: Shop, source: int
) -> None:
    look(engine, timedelta(days=10), fallen=1, unseen_seconds=86_400)
    elsewhere = shop.offer(shop.listing(1, "m1", source={"marketplace": "mercari"})).source_item_id
    order(engine, source, "250-1")
    order(engine, source, "250-1", order_item_id="another")  # of the same order
    for number, values in enumerate(
        (
            {"status": OrderStatus.PENDING},
            CANCELLED | {"cancelled_by": Canceller.BUYER},
            CANCELLED | {"cancelled_by": None},
            {"seller_id": "ANOTHER-STORE"},
            {"before": -HOUR},
            {"before": SPAN + HOUR},
        )
    ):
        order(engine, source, f"251-{number}", **values)
    order(engine, elsewhere, "252-1", **CANCELLED)

    row = counted(engine)

    assert (row.orders, row.cancelled) == (1, 0)


def test_a_false_alarm_is_no_exposure(engine: Engine, shop: Shop, source: int) -> None:
    run = look(engine, timedelta(days=10), fallen=4, unseen_seconds=4 * 86_400)
    hold = {"run_id": run, "marketplace": "yahoo", "user_id": 1, "reason": TooManyFalls(4), "opened_at": UNTIL}
    (hold_id,) = add(engine, holds, **hold)
    event = {"listing_id": 1, "user_id": 1, "at": UNTIL - HOUR, "hold_id": hold_id}
    add(engine, listing_events, **event, kind=EventKind.HOLD_CLEARED)
    order(engine, source, "250-1")

    assert counted(engine).expected == pytest.approx(3 / (10 * 10))  # three of the four days


def test_a_seller_without_looks_or_offers_there_counts_for_nothing(engine: Engine, source: int) -> None:
    order(engine, source, "250-1", **CANCELLED)

    row = counted(engine)

    assert (row.orders, row.expected, row.cancelled) == (0, 0, 0)


def test_it_is_counted_again_after_an_hour(engine: Engine, source: int) -> None:
    books, at = SqlOutcomes(engine), []
    for after in (timedelta(), COUNT_EVERY / 2, COUNT_EVERY):
        CountOutcomes(books, Marketplace.YAHOO, lambda after=after: NOW + after)()  # type: ignore[misc]
        at.append(books.counted_at(Marketplace.YAHOO))

    assert at == [NOW, NOW, NOW + COUNT_EVERY]
