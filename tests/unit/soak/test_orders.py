"""What became of orders is measured from rows and from the market, and sellers buy what the product has found."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update
from tests.soak.buying import Buying
from tests.soak.orders import Looks, Orders
from tests.soak.week import Week

from mercarich_contracts.orders import OrderDecision, OrderStatus
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import (
    listings,
    order_decisions,
    order_items,
    order_replacements,
    order_searches,
    source_items,
)
from mercarich_simulator.amazon.orders import Order, Status, Step
from mercarich_simulator.api.orders import order_id
from mercarich_simulator.truth import BUYABLE

HALF_AN_HOUR = 1_800.0


@pytest.fixture
def orders(week: Week) -> Orders:
    return Orders(week.plant, Buying(week.plant))


def ordered(week: Week, orders: Orders) -> tuple[Order, Any]:
    """A buyer orders an offer and pays, and feed reads it. Return the market's order and the row."""
    world, now = week.plant.market.world, week.plant.kernel.unix()
    offer = next(
        offer for seller in world.catalogue.sellers for offer in world.offers.of_seller(seller) if offer.quantity
    )
    assert world.buyers.buy(offer, now, "by hand")
    order = world.orders.kept[world.orders.last_number]
    order.status, order.next_step, order.next_at = Status.UNSHIPPED, Step.BUY, now + HALF_AN_HOUR
    at = week.plant.kernel.utc()

    def write(connection: Connection) -> None:
        query = select(listings.c.id, listings.c.user_id, listings.c.source_item_id)
        [row] = connection.execute(query.where(listings.c.sku == offer.sku)).all()
        told = {"order_id": order_id(week.seed, order.number), "order_item_id": "1", "sku": offer.sku, "quantity": 1}
        told |= {"user_id": row.user_id, "seller_id": offer.seller_id, "status": OrderStatus.UNSHIPPED}
        its = {"listing_id": row.id, "source_item_id": row.source_item_id, "price_jpy": 9_000}
        connection.execute(insert(order_items).values(**told, **its, ordered_at=at, changed_at=at, seen_at=at))

    run_tx(week.plant.database.books, write)
    with reading(week.plant.database.books) as connection:
        return order, connection.execute(select(order_items)).one()


def set_source(week: Week, row: Any, **values: Any) -> None:
    change = update(source_items).where(source_items.c.id == row.source_item_id).values(**values)
    run_tx(week.plant.database.books, lambda connection: connection.execute(change))


def found(week: Week, row: Any, gone_at: datetime, after: timedelta) -> tuple[str, int]:
    """The updater has found an item that can be bought. Return its marketplace and number."""
    world = week.plant.market.world
    number = next(
        number
        for number in range(world.catalogue.shelves["mercari"].sources)
        if world.truth.state("mercari", number) in BUYABLE
    )
    item_id = world.catalogue.item_id("mercari", number)

    def write(connection: Connection) -> None:
        source = select(source_items.c.id).where(source_items.c.item_id == item_id)
        its = {"source_item_id": connection.execute(source).scalar_one(), "seen_at": gone_at}
        cost = {"price_jpy": 900, "postage_jpy": 100, "landed_jpy": 1_000}
        connection.execute(insert(order_replacements).values(order_item_id=row.id, **its, **cost))
        counts = {"unfinished": 0, "searches": 1, "unsure": 0, "not_before": gone_at}
        search = {"order_item_id": row.id, "gone_at": gone_at, "found_at": gone_at + after, **counts}
        connection.execute(insert(order_searches).values(**search))

    run_tx(week.plant.database.books, write)
    return "mercari", number


def decisions(week: Week) -> list[tuple[str, int | None]]:
    with reading(week.plant.database.books) as connection:
        rows = connection.execute(select(order_decisions.c.decision, order_decisions.c.paid_jpy))
        return [(row.decision, row.paid_jpy) for row in rows]


def test_a_look_counts_from_the_read_of_its_order(week: Week, orders: Orders) -> None:
    _, row = ordered(week, orders)
    orders.look()
    assert orders.looks == Looks([], 0)
    set_source(week, row, observed_at=row.seen_at + timedelta(seconds=9), checked_at=row.seen_at - timedelta(days=1))
    orders.look()
    set_source(week, row, observed_at=row.seen_at + timedelta(seconds=99))
    orders.look()

    assert orders.looks == Looks([9.0], 0)


def test_an_order_that_is_closed_before_a_look_is_told_apart(week: Week, orders: Orders) -> None:
    ordered(week, orders)
    orders.look()
    closed = update(order_items).values(status=OrderStatus.CANCELLED)
    run_tx(week.plant.database.books, lambda connection: connection.execute(closed))
    orders.look()

    assert orders.looks == Looks([], 1)


def test_parts_of_looks_are_told() -> None:
    looks = Looks([1.0, 2.0, 3.0, 40.0], 0)

    assert [looks.within(part) for part in (0.5, 0.75, 0.99)] == [2.0, 3.0, 40.0]
    assert Looks([], 0).within(0.99) is None


def test_a_seller_notes_what_was_bought_at_its_source(week: Week, orders: Orders) -> None:
    order, _ = ordered(week, orders)
    orders.buying.turn()
    assert decisions(week) == []
    order.next_step = Step.SHIP
    orders.buying.turn()

    assert decisions(week) == [(OrderDecision.BOUGHT, None)]


def test_where_the_source_is_gone_a_seller_buys_what_was_found(week: Week, orders: Orders) -> None:
    order, row = ordered(week, orders)
    set_source(week, row, state="sold", reason="won", observed_at=row.seen_at, checked_at=row.seen_at)
    item = found(week, row, row.seen_at, timedelta(minutes=9))
    orders.buying.turn()

    assert decisions(week) == [(OrderDecision.BOUGHT, 1_000)]
    assert order.paid_jpy is not None
    assert order.next_step is Step.SHIP
    assert week.plant.market.world.truth.state(*item) not in BUYABLE
    told = orders.searches()
    assert (told.gone, told.found, told.found_in_time) == (1, 1, 1)


def test_an_order_that_nobody_can_buy_is_given_up_an_hour_before_it_is_cancelled(week: Week, orders: Orders) -> None:
    order, _ = ordered(week, orders)
    order.next_step = Step.GIVE_UP
    orders.buying.turn()
    assert decisions(week) == [(OrderDecision.CANNOT_BE_SOURCED, None)]


def test_what_became_of_orders_is_held_against_what_was_foretold(week: Week, orders: Orders) -> None:
    order, _ = ordered(week, orders)
    order.next_step = Step.GIVE_UP
    orders.day()

    [told] = orders.forecasts()
    assert (told.foretold, told.orders, told.unsourced, told.cancelled) == (None, 1, 0, 1)
