"""Orders at Amazon are read every three minutes, and the books follow each of them once."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Row, insert, select, update
from tests.integration.feed.conftest import Amazon, Eventually, Running, running
from tests.integration.feed.offers import listed, shown
from tests.integration.feed.shop import Shop, now

from mercarich_contracts.orders import ORDERED, OrderStatus
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listings, metadata, order_items, order_reads, source_items, users
from mercarich_feed import metrics
from mercarich_feed.adapters.creations_sql import SqlCreations
from mercarich_feed.adapters.differences_sql import SqlDifferences
from mercarich_feed.adapters.meter import Gauges
from mercarich_feed.adapters.numbers_sql import SqlNumbers
from mercarich_feed.adapters.order_numbers_sql import SqlOrderNumbers
from mercarich_feed.adapters.orders_sql import SqlOrders
from mercarich_feed.adapters.repricings_sql import SqlRepricings
from mercarich_feed.adapters.sellers_sql import SqlSellers
from mercarich_feed.adapters.token_book_sql import TokenChecks
from mercarich_feed.domain.answers import Answer
from mercarich_feed.domain.orders import EVERY, WITHOUT_ROLE, OrderItem
from mercarich_feed.domain.pushes import Account, Offer
from mercarich_feed.settings import FeedSettings
from mercarich_listings import store
from mercarich_listings.read_back import Seen
from mercarich_reasons.push import AmazonUnreachable, ChangedAtAmazon, OrderedAtAmazon, OrdersForbidden
from mercarich_simulator.api.orders import GIFT_EVERY, GIFT_MESSAGE


@pytest.fixture
def amazon(start_amazon: Callable[..., Amazon]) -> Amazon:
    """Orders show at once, and no buyer cancels."""
    chosen = ("--order-lag-seconds", "0", "--regretted-orders", "0", "--quota-factor", "100")
    return start_amazon("--sellers", "3", "--listings", "30", "--restores", "6", *chosen)


def due_at(engine: Engine, source_item_id: int) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(source_items.c.due_at).where(source_items.c.id == source_item_id)).scalar_one()


def reads(engine: Engine, user_id: int = 1) -> Row[Any] | None:
    with reading(engine) as connection:
        return connection.execute(select(order_reads).where(order_reads.c.user_id == user_id)).one_or_none()


def orders(engine: Engine) -> Sequence[Row[Any]]:
    with reading(engine) as connection:
        return connection.execute(select(order_items).order_by(order_items.c.id)).all()


def buy(amazon: Amazon, shop: Shop, *ids: int) -> None:
    rows = [shop.row(id) for id in ids]
    amazon.post("/_sim/orders", offers=[{"seller_id": row.seller_id, "sku": row.sku} for row in rows])


def of_three(shop: Shop, amazon: Amazon, **values: int) -> int:
    """Return a listing whose offer has three pieces at Amazon and in the books."""
    one = listed(shop, 1)[0]
    amazon.alter(shop.row(one), quantity=3)
    shop.alter(listings, one, quantity=3, **values)
    return one


def edit(amazon: Amazon, shop: Shop, listing_id: int, quantity: int) -> None:
    """Let the seller change the quantity in Seller Central."""
    amazon.alter(shop.row(listing_id), edited={"quantity": quantity})
    assert shown(shop, amazon, listing_id) == quantity


def begun(feed: Running, engine: Engine, eventually: Eventually) -> None:
    """Wait until the orders of the past are read."""
    feed.lanes.orders.wake(1)
    recent = now() - timedelta(hours=1)
    eventually(lambda: (row := reads(engine)) is not None and row.read_until and row.read_until > recent)


def read(feed: Running, engine: Engine, eventually: Eventually) -> None:
    """Read the orders of seller 1 now, as three minutes later."""
    before = now()
    soon = update(order_reads).where(order_reads.c.user_id == 1).values(next_read_at=before)
    run_tx(engine, lambda connection: connection.execute(soon))
    feed.lanes.orders.wake(1)
    eventually(lambda: (row := reads(engine)) is not None and row.read_at and row.read_at > before)


def test_the_last_piece_that_was_ordered_is_sold_here_too_and_nothing_puts_it_up_again(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    begun(feed, engine, eventually)
    sold, other = listed(shop, 1)[:2]
    buy(amazon, shop, sold)
    read(feed, engine, eventually)
    row = shop.row(sold)
    assert (row.quantity, row.searching, row.withdrawn_at is None) == (0, False, False)
    (order,) = orders(engine)
    assert (order.sku, order.quantity, order.status) == (row.sku, 1, OrderStatus.PENDING)
    assert (order.listing_id, order.source_item_id) == (sold, row.source_item_id)
    assert order.ship_by > order.ordered_at
    assert due_at(engine, row.source_item_id) == ORDERED
    assert shop.reasons(sold)[0] == OrderedAtAmazon(order.order_id, 1)
    eventually(lambda: shop.row(sold).verified_at is not None)
    assert shop.events(sold) == ["ordered", "push_accepted"]
    assert (shown(shop, amazon, sold), shown(shop, amazon, other), shop.events(other)) == (0, 1, [])


def test_a_message_of_a_buyer_is_neither_stored_nor_logged(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    begun(feed, engine, eventually)
    caplog.set_level(logging.DEBUG)
    gifts = listed(shop, 1)[: 2 * GIFT_EVERY]
    buy(amazon, shop, *gifts)
    read(feed, engine, eventually)

    assert len(orders(engine)) == len(gifts)
    with reading(engine) as connection:
        kept = [str(row) for table in metadata.sorted_tables for row in connection.execute(select(table))]
    assert any(orders(engine)[0].order_id in row for row in kept), "this would see it"
    assert not [row for row in kept if GIFT_MESSAGE in row or repr(GIFT_MESSAGE)[1:-1] in row]
    assert GIFT_MESSAGE not in caplog.text


def test_an_order_that_is_read_again_changes_nothing_and_what_became_of_it_is_stored(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    begun(feed, engine, eventually)
    sold = listed(shop, 1)[0]
    buy(amazon, shop, sold)
    read(feed, engine, eventually)
    amazon.post("/_sim/clock", advance_seconds=7 * 3_600)
    for _ in range(2):
        read(feed, engine, eventually)
    (order,) = orders(engine)
    assert order.status == OrderStatus.UNSHIPPED
    assert order.price_jpy > 0
    assert shop.events(sold).count("ordered") == 1


def test_when_an_order_was_shipped_is_stored_once(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    begun(feed, engine, eventually)
    buy(amazon, shop, listed(shop, 1)[0])
    read(feed, engine, eventually)
    assert [order.shipped_at for order in orders(engine)] == [None]
    amazon.post("/_sim/clock", advance_seconds=30 * 3_600)
    read(feed, engine, eventually)
    (order,) = orders(engine)
    assert (order.status, order.shipped_at) == (OrderStatus.SHIPPED, order.changed_at)
    books = SqlOrders(engine, 1, now)
    later = OrderItem(
        **{name: getattr(order, name) for name in OrderItem.__dataclass_fields__ if name != "changed_at"},
        changed_at=order.changed_at + timedelta(days=9),  # the buyer sends it back
    )
    books.save(account_of(shop), [later], ())
    (again,) = orders(engine)
    assert (again.changed_at, again.shipped_at) == (later.changed_at, order.shipped_at)


def test_paid_orders_that_are_still_to_be_shipped_after_their_time_are_counted(shop: Shop, engine: Engine) -> None:
    at = now()
    one = {"user_id": 1, "seller_id": account_of(shop).seller_id, "quantity": 1, "ordered_at": at, "changed_at": at}
    told = (
        *(("1", "unshipped", -1), ("1", "unshipped", -1)),  # two items of an order
        *(("2", "pending", -1), ("3", "unshipped", 1), ("4", "shipped", -1), ("5", "cancelled", -1)),
        ("6", "partially_shipped", -1),
    )
    rows = [
        one
        | {"order_id": order, "order_item_id": str(place), "status": status}
        | {"seen_at": at, "ship_by": at + timedelta(hours=hours)}
        for place, (order, status, hours) in enumerate(told)
    ]
    run_tx(engine, lambda connection: connection.execute(insert(order_items), rows))
    gauges(engine)
    assert metrics.LATE_ORDERS._value.get() == 2


def test_of_several_pieces_the_rest_stays_up(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    one = of_three(shop, amazon, listing_quantity=3)
    begun(feed, engine, eventually)
    buy(amazon, shop, one)
    read(feed, engine, eventually)
    eventually(lambda: shop.row(one).quantity == 2)
    assert shop.events(one) == ["ordered", "changed_at_amazon"]
    assert shop.reasons(one)[1] == ChangedAtAmazon(2)
    assert shown(shop, amazon, one) == 2


def test_what_is_ordered_is_taken_off_a_quantity_that_was_typed_while_the_offer_is_up(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    begun(feed, engine, eventually)
    one = of_three(shop, amazon, pushed_quantity=3, listing_quantity=7, edited_quantity=7)
    buy(amazon, shop, one)
    read(feed, engine, eventually)
    assert shop.row(one).edited_quantity == 6
    eventually(lambda: shop.row(one).quantity == 2)
    assert shop.row(one).edited_quantity == 6, "the same piece is not taken off twice"


def test_a_quantity_that_the_seller_raised_before_the_books_read_it_stays_up_after_an_order(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    begun(feed, engine, eventually)
    raised, other = listed(shop, 1)[:2]
    edit(amazon, shop, raised, 3)
    buy(amazon, shop, raised, other)
    read(feed, engine, eventually)
    eventually(lambda: shop.row(raised).quantity == 2)
    assert shop.events(raised) == ["ordered", "changed_at_amazon"]
    eventually(lambda: shop.row(other).verified_at is not None)
    assert (shown(shop, amazon, raised), shown(shop, amazon, other)) == (2, 0)


def test_an_order_is_not_counted_off_again_after_a_read_of_the_offer(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    one = of_three(shop, amazon, pushed_quantity=3, listing_quantity=3)
    begun(feed, engine, eventually)
    for left in (2, 1):
        buy(amazon, shop, one)
        run_tx(engine, lambda connection: store.read_soon(connection, [one], now()))
        eventually(lambda left=left: shop.row(one).quantity == left)
    read(feed, engine, eventually)
    assert len(orders(engine)) == 2
    assert (shop.row(one).quantity, shown(shop, amazon, one)) == (1, 1)
    assert shop.events(one) == ["changed_at_amazon", "changed_at_amazon", "ordered", "ordered"]
    buy(amazon, shop, one)
    read(feed, engine, eventually)
    eventually(lambda: shop.row(one).quantity == 0)


def test_what_cannot_be_told_from_a_quantity_that_shows_late_is_sold_out(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    begun(feed, engine, eventually)
    raised, unread = listed(shop, 1)[:2]
    edit(amazon, shop, raised, 2)
    edit(amazon, shop, unread, 3)
    buy(amazon, shop, raised)
    read(feed, engine, eventually)
    eventually(lambda: shop.row(raised).verified_at is not None)
    assert (shown(shop, amazon, raised), shop.events(raised)) == (0, ["ordered", "push_accepted"])
    amazon.fault("spapi", "500", only=["searchListingsItems", "getListingsItem"])
    buy(amazon, shop, unread)
    read(feed, engine, eventually)
    assert shop.row(unread).quantity == 0
    amazon.heal()


def test_each_order_is_counted_off_a_raised_quantity_that_shows_late(shop: Shop, engine: Engine) -> None:
    """Of two pieces at Amazon the books know one; both are bought, and their orders come in one after the other."""
    [one] = listed(shop, 1)[:1]
    books, account = SqlOrders(engine, 1, now), account_of(shop)
    assert books.claim(account) is not None
    row = shop.row(one)
    still = [
        Answer(Offer(one, row.sku, row.revision, row.quantity, row.changed_at, singly=False), None, now(), Seen(2))
    ]
    at = now()
    for number in ("1", "2"):
        order = OrderItem(number, number, row.sku, None, 1, 1, 980, OrderStatus.UNSHIPPED, None, at, at, None)
        books.save(account, [order], still)

    assert shop.row(one).quantity == 0
    assert shop.events(one) == ["ordered", "ordered"]


def test_an_order_for_an_offer_that_is_down_already_is_told_and_changes_nothing(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    begun(feed, engine, eventually)
    one = listed(shop, 1)[0]
    buy(amazon, shop, one)
    shop.withdraw([one])
    before = shop.row(one)
    read(feed, engine, eventually)
    after = shop.row(one)
    assert (after.quantity, after.revision, after.searching) == (0, before.revision, before.searching)
    assert "ordered" in shop.events(one)


def test_a_paused_offer_of_which_one_piece_was_ordered_stays_paused_with_the_others(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    begun(feed, engine, eventually)
    one = listed(shop, 1)[0]
    amazon.alter(shop.row(one), quantity=3)
    buy(amazon, shop, one)
    shop.alter(listings, one, quantity=0, listing_quantity=3, withdrawn_at=now(), paused_at=now())
    read(feed, engine, eventually)
    after = shop.row(one)
    assert (after.quantity, after.listing_quantity, after.paused_at is None) == (0, 2, False)
    assert isinstance(reason := shop.reasons(one)[0], OrderedAtAmazon)
    assert (reason.quantity, reason.left) == (1, 2)


def test_what_was_ordered_before_orders_were_read_changes_no_offer(
    shop: Shop, amazon: Amazon, engine: Engine, settings: FeedSettings, eventually: Eventually
) -> None:
    sold = listed(shop, 1)[0]
    buy(amazon, shop, sold)
    bought = now()
    eventually(lambda: now() > bought + timedelta(seconds=2))
    with running(engine, settings) as feed:
        begun(feed, engine, eventually)
        eventually(lambda: len(orders(engine)) == 1)
    assert "ordered" not in shop.events(sold)


def test_each_seller_has_orders_of_their_own(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    begun(feed, engine, eventually)
    eventually(lambda: reads(engine, 2) is not None)
    mine, theirs = listed(shop, 1)[:2], listed(shop, 2)[:1]
    buy(amazon, shop, *mine, *theirs)
    read(feed, engine, eventually)
    found = {(order.user_id, order.sku) for order in orders(engine)}
    assert {(1, shop.row(one).sku) for one in mine} <= found
    assert found <= {(shop.row(one).user_id, shop.row(one).sku) for one in (*mine, *theirs)}


def test_orders_that_cannot_be_read_hold_up_no_push_and_say_why(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    amazon.fault("spapi", "500", only=["searchOrders"])
    feed.lanes.orders.wake(1)
    eventually(lambda: (row := reads(engine)) is not None and row.problem is not None)
    row = reads(engine)
    assert row is not None
    assert (type(row.problem), row.read_until) == (AmazonUnreachable, None)
    one = listed(shop, 1)[0]
    shop.withdraw([one])
    feed.lanes.patches.wake(1)
    eventually(lambda: shown(shop, amazon, one) == 0)
    amazon.heal()
    read(feed, engine, eventually)
    assert (row := reads(engine)) is not None
    assert row.problem is None


def test_a_seller_without_the_role_is_asked_again_an_hour_later(
    feed: Running, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    amazon.fault("spapi", "403", only=["searchOrders"])
    feed.lanes.orders.wake(1)
    eventually(lambda: (row := reads(engine)) is not None and row.problem is not None)
    row = reads(engine)
    assert row is not None
    assert now() + WITHOUT_ROLE - timedelta(minutes=2) < row.next_read_at
    assert isinstance(row.problem, OrdersForbidden)


def test_what_was_read_is_counted_with_the_time_since_each_order(
    feed: Running, shop: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    begun(feed, engine, eventually)
    before, waits = metrics.ORDERS._value.get(), observed()
    buy(amazon, shop, *listed(shop, 1)[:2])
    for _ in range(2):
        read(feed, engine, eventually)
    assert metrics.ORDERS._value.get() == before + 2
    assert observed() == waits + 2


def observed() -> float:
    return sum(bucket.get() for bucket in metrics.ORDER_SECONDS._buckets)


def set_read(engine: Engine, statement: Any) -> None:
    run_tx(engine, lambda connection: connection.execute(statement))


def gauges(engine: Engine) -> None:
    Gauges(
        *(SqlSellers(engine, 1, now), TokenChecks(engine), SqlDifferences(engine, 1, now)),
        SqlOrderNumbers(engine, 1, now),
        SqlCreations(engine, SqlNumbers(engine), 1, now),
        SqlRepricings(engine, 1, now),
    )()


def test_the_seller_whose_orders_have_waited_longest_is_told(shop: Shop, engine: Engine) -> None:
    books = SqlOrders(engine, 1, now)
    gauges(engine)
    assert metrics.ORDERS_OVERDUE._value.get() == 0
    for user_id, minutes in ((1, 1), (2, 33), (3, 63)):
        account = account_of(shop, user_id)
        assert books.claim(account)
        books.done(account, now(), more=False)
        at = now() - timedelta(minutes=minutes)
        set_read(engine, update(order_reads).where(order_reads.c.user_id == user_id).values(read_at=at))
    books.failed(account_of(shop, 2), AmazonUnreachable(), EVERY)
    gauges(engine)
    assert 3_600 <= metrics.ORDERS_OVERDUE._value.get() < 7_200

    books.failed(account_of(shop, 3), OrdersForbidden("no role"), WITHOUT_ROLE)
    gauges(engine)
    assert 1_800 <= metrics.ORDERS_OVERDUE._value.get() < 3_600
    assert [metrics.ORDERS_UNREAD.labels(why)._value.get() for why in ("forbidden", "trouble")] == [1, 1]


def test_the_order_that_has_waited_longest_for_a_look_is_told(shop: Shop, engine: Engine) -> None:
    [one] = listed(shop, 1)[:1]
    row = shop.row(one)
    gauges(engine)
    assert metrics.UNSEEN_SECONDS._value.get() == 0
    order = {
        "user_id": 1,
        "seller_id": row.seller_id,
        "order_id": "1",
        "order_item_id": "1",
        "quantity": 1,
        "status": "pending",
    }
    at, seen_at = now(), now() - timedelta(minutes=5)
    order |= {"ordered_at": at, "changed_at": at, "seen_at": seen_at, "source_item_id": row.source_item_id}

    def write(connection: Connection) -> None:
        connection.execute(insert(order_items).values(**order))
        store.look_first(connection, [row.source_item_id])

    run_tx(engine, write)
    shop.alter(source_items, row.source_item_id, checked_at=seen_at - timedelta(hours=1))
    gauges(engine)
    assert 300 <= metrics.UNSEEN_SECONDS._value.get() < 3_600
    shop.alter(source_items, row.source_item_id, checked_at=at, due_at=None)
    gauges(engine)
    assert metrics.UNSEEN_SECONDS._value.get() == 0


def test_two_processes_read_each_period_once(shop: Shop, engine: Engine) -> None:
    books = SqlOrders(engine, 1, now)
    assert books.sellers() == [1, 2, 3]
    account = account_of(shop)
    first, second = books.claim(account), books.claim(account)
    assert first is not None
    assert first.since < now() - timedelta(days=7)
    assert second is None
    books.done(account, now(), more=False)
    assert books.claim(account) is None
    assert books.sellers() == [2, 3]


def test_what_was_ordered_while_no_order_could_be_read_is_of_the_past(shop: Shop, engine: Engine) -> None:
    books = SqlOrders(engine, 1, now)
    account, began = account_of(shop), []
    for end in ("failed", "done", "done"):
        assert books.claim(account)
        row = reads(engine)
        assert row is not None
        began.append(row.began_at)
        if end == "failed":
            books.failed(account, OrdersForbidden("no role"), timedelta())
        else:
            books.done(account, now(), more=True)
    assert began[0] < began[1] == began[2]


def test_a_store_that_was_linked_anew_is_read_from_its_beginning(shop: Shop, engine: Engine) -> None:
    books = SqlOrders(engine, 1, now)
    account = account_of(shop)
    assert books.claim(account)
    books.done(account, now(), more=False)
    other = update(amazon_accounts).where(amazon_accounts.c.user_id == 1).values(seller_id="ANOTHERSTORE")
    run_tx(engine, lambda connection: connection.execute(other))
    assert 1 in books.sellers()
    period = books.claim(account_of(shop))
    assert period is not None
    assert period.since < now() - timedelta(days=7)


def test_nobody_reads_for_a_seller_who_is_not_active(shop: Shop, engine: Engine) -> None:
    gone = update(users).where(users.c.id == 2).values(active=False)
    run_tx(engine, lambda connection: connection.execute(gone))
    assert SqlOrders(engine, 1, now).sellers() == [1, 3]


def account_of(shop: Shop, user_id: int = 1) -> Any:
    row = shop.account(user_id)
    return Account(user_id, row.seller_id, row.marketplace_id, "token", trusted=True)


def test_a_read_is_due_every_three_minutes(shop: Shop, engine: Engine) -> None:
    books = SqlOrders(engine, 1, now)
    account = account_of(shop)
    assert books.claim(account)
    before = now()
    books.done(account, now(), more=False)
    row = reads(engine)
    assert row is not None
    assert before + EVERY <= row.next_read_at <= now() + EVERY
