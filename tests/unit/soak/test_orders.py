"""What became of orders is measured from rows and from the market, and sellers buy what the product has found."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update
from tests.soak.buying import UNTOLD_POSTAGE_JPY, Buying
from tests.soak.goals import goals, late, verdict
from tests.soak.hindrances import Hindrances
from tests.soak.orders import ORDERS_SECONDS, Look, Looks, Orders
from tests.soak.unmet import lines
from tests.soak.week import START, Week

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
    return Orders(week.plant, Buying(week.plant), Hindrances(week.plant, week.services))


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


COST = {"price_jpy": 900, "postage_jpy": 100, "landed_jpy": 1_000}


def found(week: Week, row: Any, gone_at: datetime, after: timedelta, cost: Mapping[str, Any] = COST) -> tuple[str, int]:
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

    assert [(look.order, look.seconds, look.own) for look in orders.looks.all] == [(row.order_id, 9.0, 9.0)]


def test_an_order_that_is_closed_before_a_look_is_told_apart(week: Week, orders: Orders) -> None:
    ordered(week, orders)
    orders.look()
    closed = update(order_items).values(status=OrderStatus.CANCELLED)
    run_tx(week.plant.database.books, lambda connection: connection.execute(closed))
    orders.look()

    assert orders.looks == Looks([], 1)


def test_time_in_which_a_fault_kept_the_product_from_looking_is_told_and_does_not_count(
    week: Week, orders: Orders
) -> None:
    _, row = ordered(week, orders)
    with reading(week.plant.database.books) as connection:
        query = select(source_items.c.marketplace).where(source_items.c.id == row.source_item_id)
        marketplace = connection.execute(query).scalar_one()
    world = week.plant.market.world
    other = {"yahoo": "mercari", "mercari": "yahoo"}[marketplace]
    for target, seconds in ((marketplace, 300.0), (other, 9_000.0), ("spapi", 9_000.0)):
        world.faults.set({"target": target, "kind": "403", "for_seconds": seconds}, world.clock.wall())
    for _ in range(3):
        orders.look()
    world.faults.active.clear()
    orders.look()
    set_source(week, row, observed_at=row.seen_at + timedelta(seconds=95))
    orders.look()

    [look] = orders.looks.all
    assert (look.seconds, look.hindered, look.by) == (95.0, 3 * ORDERS_SECONDS, ["403"])
    assert look.own == 95.0 - 3 * ORDERS_SECONDS


def test_parts_of_looks_are_told() -> None:
    looks = Looks([waited(3.0), waited(1.0), waited(40.0, 38.0), waited(2.0)], 0)

    assert [looks.within(part, own=False) for part in (0.5, 0.75, 0.99)] == [2.0, 3.0, 40.0]
    assert [looks.within(part, own=True) for part in (0.5, 0.75, 0.99)] == [2.0, 2.0, 3.0]
    assert Looks([], 0).within(0.99, own=False) is None


def test_a_look_of_each_hundred_begun_may_be_late(orders: Orders, week: Week) -> None:
    ordered(week, orders)
    orders._looks = [waited(61.0), *[waited(9.0)] * 99]
    assert late(orders.looks) == 1
    assert verdict(goals(orders), shares=False).kept
    orders._looks[1] = waited(200.0, 130.0)

    assert late(orders.looks) == 2
    assert not verdict(goals(orders), shares=False).kept
    orders._looks[1] = waited(200.0, 140.0)
    assert verdict(goals(orders), shares=False).kept


def test_shares_of_orders_are_judged_where_that_is_wanted(orders: Orders, week: Week) -> None:
    order, _ = ordered(week, orders)
    order.next_step = Step.GIVE_UP

    assert verdict(goals(orders), shares=False).kept
    [offence] = verdict(goals(orders), shares=True).offences
    assert offence.text == "cancelled for want of a source: 100.00% (1 of 1), wanted: <= 0.5%"


def waited(seconds: float, hindered: float = 0.0) -> Look:
    return Look("1", START, seconds, hindered)


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


def test_an_order_whose_source_was_gone_is_told_in_a_line(week: Week, orders: Orders) -> None:
    order, row = ordered(week, orders)
    assert list(lines(week.plant, orders)) == []
    set_source(week, row, state="sold", reason="won", observed_at=row.seen_at, checked_at=row.seen_at)
    found(week, row, row.seen_at, timedelta(minutes=9))
    order.next_step = Step.GIVE_UP

    [told] = lines(week.plant, orders)
    assert f"{row.sku} cancelled; " in told
    assert "; never gone; read +0.0, to be bought +" in told
    assert told.endswith("1 searches, the last one: None, found +9.0")


@pytest.mark.parametrize(("price", "is_bought"), [(900, True), (7_600, False)])
def test_of_an_unknown_postage_a_seller_asks_before_buying(
    week: Week, orders: Orders, price: int, is_bought: bool
) -> None:
    """The order bears 7,650 yen."""
    _, row = ordered(week, orders)
    set_source(week, row, state="sold", reason="won", observed_at=row.seen_at, checked_at=row.seen_at)
    cost = {"price_jpy": price, "postage_jpy": None, "landed_jpy": price}
    found(week, row, row.seen_at, timedelta(minutes=9), cost)
    orders.buying.turn()

    told = decisions(week)
    assert [decision for decision, _ in told] == [OrderDecision.BOUGHT] * is_bought
    low, high = UNTOLD_POSTAGE_JPY
    assert all(paid is not None and price + low <= paid <= price + high for _, paid in told)


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


def test_orders_of_offers_that_are_left_to_their_sellers_count_in_no_share(week: Week, orders: Orders) -> None:
    order, row = ordered(week, orders)
    order.next_step = Step.GIVE_UP
    found(week, row, row.seen_at, timedelta(minutes=5))
    left: set[tuple[str, str]] = set()
    told = Orders(week.plant, orders.buying, Hindrances(week.plant, week.services), lambda: left)
    before = (told.totals().counted, told.totals().cancelled, told.searches().gone)
    left.add((order.seller_id, order.sku))

    assert before == (1, 1, 1)
    assert (told.totals().counted, told.totals().cancelled, told.searches().gone) == (0, 0, 0)
    assert "(left to its seller)" in next(iter(lines(week.plant, told)))
