"""Deleted offers belong to a store at Amazon: logins change, stop, and share one."""

import base64
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Row, delete, insert, select, update
from tests.integration.feed.conftest import Amazon, Eventually, Running
from tests.integration.feed.deletions import (
    Deleted,
    alter,
    deleting,
    linked,
    listing_again,
    watch_of,
    watched,
)
from tests.integration.feed.shop import Shop, now

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listing_fees, listing_removals, listings, restorations, users
from mercarich_feed.adapters.differences_sql import SqlDifferences
from mercarich_feed.adapters.links_sql import SqlLinks
from mercarich_feed.adapters.reads_sql import SqlReads
from mercarich_feed.adapters.token_cipher import TokenCipher
from mercarich_feed.adapters.watch_sql import SqlWatch
from mercarich_feed.domain.answers import Answer
from mercarich_listings import removed_store, store, unverified
from mercarich_listings.differences import Standing
from mercarich_listings.read_back import Seen
from mercarich_listings.removed import WATCHED
from mercarich_reasons.push import CameBack, CameBackAgain

Link = Callable[..., bool]
"""Link a login with a store at Amazon."""


@pytest.fixture
def deleted(shop: Shop, amazon: Amazon) -> Deleted:
    return deleting(shop, amazon)


@pytest.fixture
def link(shop: Shop, amazon: Amazon) -> Link:
    tokens = {one["seller_id"]: one["refresh_token"] for one in amazon.get("/_sim/seed")["sellers"]}
    links = SqlLinks(shop.engine, TokenCipher(base64.b64decode(shop.key)))

    def link(user_id: int, seller_id: str) -> bool:
        return links.link(linked(shop, user_id, seller_id=seller_id, refresh_token=tokens[seller_id]), now(), "", "")

    return link


def change(shop: Shop, statement: Any) -> None:
    run_tx(shop.engine, lambda connection: connection.execute(statement.execution_options(of_store=True)))


def delist_all(shop: Shop, user_id: int) -> None:
    change(shop, update(listings).where(listings.c.user_id == user_id).values(listed=False))


def up_of(shop: Shop, amazon: Amazon, user_id: int) -> Row[Any]:
    return next(row for row in shop.rows(user_id) if row.quantity and amazon.shown(row.seller_id, row.sku))


def stop(shop: Shop, user_id: int) -> None:
    change(shop, update(users).where(users.c.id == user_id).values(active=False))


@pytest.mark.parametrize(("other_store", "kept"), [(False, 3), (True, 2)])
def test_estimates_of_fees_are_of_a_store_and_end_with_it(shop: Shop, link: Link, other_store: bool, kept: int) -> None:
    mine, theirs = shop.account(1).seller_id, shop.account(2).seller_id
    some = [row.id for row in shop.rows(1)[:1]] + [row.id for row in shop.rows(2)[:2]]
    fee = {"fee_jpy": 1, "fixed_jpy": 0, "of_price_jpy": 1000, "estimated_at": now(), "next_at": now()}
    rows = [{"listing_id": id, "failures": 0, "alone": False, **fee} for id in some]
    change(shop, insert(listing_fees).values(rows))
    delist_all(shop, 1)

    assert link(1, theirs if other_store else mine)

    with reading(shop.engine) as connection:
        left = set(connection.execute(select(listing_fees.c.listing_id)).scalars())
    assert left == set(some[-kept:])


@pytest.mark.parametrize("of_release_before", [False, True])
def test_a_seller_who_links_another_store_keeps_what_is_up_there(
    feed: Running,
    shop: Shop,
    amazon: Amazon,
    deleted: Deleted,
    link: Link,
    eventually: Eventually,
    *,
    of_release_before: bool,
) -> None:
    gone, also_gone, other = deleted(), deleted(), up_of(shop, amazon, 2)
    eventually(lambda: all(watch_of(shop, row.sku).read_at is not None for row in (gone, also_gone)))
    first = watch_of(shop, gone.sku).seller_id
    assert first == gone.seller_id
    alter(shop, gone.sku, sku=other.sku, **({"seller_id": None} if of_release_before else {}))
    assert not link(1, other.seller_id)
    delist_all(shop, 1)
    assert link(1, other.seller_id)
    watch = SqlWatch(shop.engine, 1, now)
    amazon.alter(also_gone, comes_back=True)

    for sku in (other.sku, also_gone.sku):
        alter(shop, sku, next_read_at=now())

    assert (watch.sellers(), watch.due(linked(shop), 20)) == ([], [])
    assert (amazon.shown(other.seller_id, other.sku), watch_of(shop, other.sku).seller_id) == (1, first)
    assert link(1, first)
    eventually(lambda: amazon.shown(first, also_gone.sku) == 0)
    assert amazon.shown(other.seller_id, other.sku) == 1


def test_a_sku_that_was_deleted_from_both_stores_is_watched_at_the_one_that_is_linked(
    shop: Shop, amazon: Amazon, deleted: Deleted, link: Link
) -> None:
    row, other = deleted(), up_of(shop, amazon, 2).seller_id
    delist_all(shop, 1)
    assert link(1, other)
    [id_] = run_tx(shop.engine, partial(store.add, rows=[listing_again(row, listed=False)]))
    change(shop, update(listings).where(listings.c.id == id_).values(pushed_at=now()))
    assert watch_of(shop, row.sku).seller_id == row.seller_id

    run_tx(shop.engine, lambda connection: store.remove(connection, [id_], now()))

    assert (watch_of(shop, row.sku).seller_id, watch_of(shop, row.sku).listing_id) == (other, id_)


def test_what_another_login_of_the_store_takes_into_its_books_is_watched_no_longer_and_goes_on_sale(
    shop: Shop, deleted: Deleted, link: Link
) -> None:
    row = deleted()
    delist_all(shop, 2)
    assert link(2, row.seller_id)
    alter(shop, row.sku, shown=0, zeroed_at=now(), reason=CameBack(1))

    [id_] = run_tx(shop.engine, partial(store.add, rows=[listing_again(row, user_id=2)]))

    assert watched(shop, row.sku) is None
    assert (shop.row(id_).quantity, shop.row(id_).push_pending) == (1, 1)


def test_what_another_login_of_the_store_had_in_its_books_before_the_deletion_gets_no_zero(
    shop: Shop, deleted: Deleted, link: Link
) -> None:
    row, watch = deleted(), SqlWatch(shop.engine, 1, now)
    run_tx(shop.engine, partial(store.add, rows=[listing_again(row, user_id=2)]))
    delist_all(shop, 2)
    assert link(2, row.seller_id)
    change(shop, update(listings).where(listings.c.user_id == 2, listings.c.sku == row.sku).values(listed=True))
    [offer] = watch.due(linked(shop), 20)

    [found] = watch.read(linked(shop), [Answer(offer, None, now(), Seen(1))]).values()

    assert (found.to_zero, watched(shop, row.sku)) == (False, None)


def test_nothing_is_read_for_a_stopped_seller_nobody_waits_for_it_and_no_gauge_counts_it(
    shop: Shop, deleted: Deleted
) -> None:
    row, watch, reads = deleted(), SqlWatch(shop.engine, 1, now), SqlReads(shop.engine, 1, now)
    alter(shop, row.sku, shown=1, came_back_at=now())
    at = now()
    run_tx(shop.engine, lambda c: c.execute(restorations.insert().values(restored_at=at)))

    def waiting() -> tuple[object, ...]:
        with reading(shop.engine) as connection:
            left = unverified.left(connection)
        assert left is not None
        return watch.sellers(), len(watch.due(linked(shop), 20)), reads.left([row.username], [row.sku], at), left.zeros

    assert waiting()[:3] == ([1], 1, 1)
    assert SqlDifferences(shop.engine, 1, now).now().came_back.count == 1
    alter(shop, row.sku, reason=CameBackAgain(1))
    standing = SqlDifferences(shop.engine, 1, now).now()
    assert (standing.came_back.count, standing.left_to_seller.count) == (0, 1)
    alter(shop, row.sku, reason=None)
    stop(shop, 1)
    assert waiting() == ([], 0, 0, 0)
    assert SqlDifferences(shop.engine, 1, now).now().came_back == Standing()
    with reading(shop.engine) as connection:
        assert removed_store.page(connection, 1, None, 10) == []


def test_an_offer_that_nobody_could_read_for_as_long_as_the_watch_lasts_is_forgotten(
    feed: Running, shop: Shop, deleted: Deleted
) -> None:
    old, young = deleted(), deleted()
    change(shop, delete(amazon_accounts).where(amazon_accounts.c.user_id == 1))
    alter(shop, old.sku, next_read_at=now() - WATCHED)
    alter(shop, young.sku, next_read_at=now() - WATCHED + timedelta(hours=1))

    [tick] = [tick for tick in feed.lanes.ticks if tick.name == "unread"]
    tick.run()

    assert watched(shop, old.sku) is None
    assert watched(shop, young.sku) is not None


def test_what_was_to_be_deleted_at_one_store_is_not_deleted_at_the_next(shop: Shop, amazon: Amazon, link: Link) -> None:
    """It is at 0 there. A SKU of the same name at the other store is another offer."""
    first, other = shop.row(1), shop.rows(2)[0]
    delist_all(shop, 1)
    shop.want_removal(first.id)

    assert link(1, first.seller_id)
    with reading(shop.engine) as connection:
        kept = connection.execute(select(listing_removals.c.listing_id)).scalars().all()
    assert link(1, other.seller_id)

    with reading(shop.engine) as connection:
        left = connection.execute(select(listing_removals.c.listing_id)).scalars().all()
    assert (kept, left) == ([first.id], [])
