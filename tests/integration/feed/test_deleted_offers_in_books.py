"""A SKU that was deleted here, and that is an offer in some books again."""

from functools import partial

import pytest
from sqlalchemy import Connection
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

from mercarich_db.engine import run_tx
from mercarich_feed.adapters.listings_sql import SqlListings
from mercarich_feed.adapters.watch_sql import SqlWatch
from mercarich_feed.domain.answers import Answer
from mercarich_feed.use_cases.restores import RestoreWish
from mercarich_listings import store
from mercarich_listings.listing import make_offer
from mercarich_listings.read_back import Seen
from mercarich_reasons.push import CameBack, CameBackAgain
from mercarich_reasons.stock import ByImport


@pytest.fixture
def deleted(shop: Shop, amazon: Amazon) -> Deleted:
    return deleting(shop, amazon)


def list_it(shop: Shop, draft: int) -> None:
    def write(connection: Connection) -> None:
        [locked] = store.lock(connection, [draft])
        store.save(connection, [make_offer(locked, now(), ByImport(1))])

    run_tx(shop.engine, write)


def test_a_sku_that_is_an_offer_again_is_watched_no_longer_and_a_draft_still_is(shop: Shop, deleted: Deleted) -> None:
    imported, as_draft, drafted = deleted(), deleted(), deleted()
    for row, is_offer in ((imported, True), (as_draft, False)):
        added = [listing_again(row, listed=is_offer)]
        run_tx(shop.engine, partial(store.add, rows=added))
        assert (watched(shop, row.sku) is None) == is_offer

    drafts = [listing_again(drafted, listed=False)]
    run_tx(shop.engine, lambda connection: store.add_missing(connection, drafts))
    assert watched(shop, drafted.sku) is not None
    [draft] = [row.id for row in shop.rows(1) if row.sku == drafted.sku]

    list_it(shop, draft)
    assert watched(shop, drafted.sku) is None


def test_what_enters_the_books_while_its_zero_is_on_its_way_is_pushed_again(shop: Shop, deleted: Deleted) -> None:
    row, watch = deleted(), SqlWatch(shop.engine, 1, now)
    [offer] = watch.due(linked(shop), 20)
    answer = Answer(offer, None, now(), Seen(1))
    found = watch.read(linked(shop), [answer])
    assert found[row.sku].to_zero
    added = [listing_again(row, listed=True)]
    run_tx(shop.engine, lambda connection: store.add(connection, added))

    watch.settle(linked(shop), [Answer(offer, None, now())], found)

    [there] = [one for one in shop.rows(1) if one.sku == row.sku]
    assert (there.quantity, there.push_pending, there.pushed_quantity) == (1, 1, None)


def test_an_offer_that_the_watch_has_set_to_0_goes_on_sale_when_it_is_imported_again(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually
) -> None:
    row = deleted()
    amazon.alter(row, comes_back=True)
    eventually(lambda: watch_of(shop, row.sku).shown == 0)

    [id_] = run_tx(shop.engine, partial(store.add, rows=[listing_again(row)]))
    feed.lanes.follow.wake(1)
    feed.lanes.restores.wake(1, RestoreWish(None, None))

    eventually(lambda: shop.row(id_).verified_at is not None)
    assert (shop.row(id_).quantity, amazon.shown(row.seller_id, row.sku)) == (1, 1)
    assert shop.events(id_) == ["push_accepted"]


def test_a_draft_whose_zero_is_known_is_pushed_when_it_becomes_an_offer(shop: Shop, deleted: Deleted) -> None:
    row = deleted()
    alter(shop, row.sku, shown=0, zeroed_at=now(), reason=CameBack(1))
    [draft] = run_tx(shop.engine, partial(store.add, rows=[listing_again(row, listed=False)]))
    list_it(shop, draft)
    assert (shop.row(draft).push_pending, shop.row(draft).quantity) == (1, 1)


def test_a_zero_on_its_way_is_not_taken_for_sold_by_another_process(shop: Shop, deleted: Deleted) -> None:
    row, watch, books = deleted(), SqlWatch(shop.engine, 1, now), SqlListings(shop.engine, now)
    [offer] = watch.due(linked(shop), 20)
    assert watch.read(linked(shop), [Answer(offer, None, now(), Seen(1))])[row.sku].to_zero
    [id_] = run_tx(shop.engine, partial(store.add, rows=[listing_again(row)]))

    due, _ = books.to_read(1, 20)
    books.read_back([Answer(one, None, now(), Seen(0)) for one in due if one.sku == row.sku])

    assert (shop.row(id_).quantity, shop.row(id_).push_pending) == (1, 1)


@pytest.mark.parametrize("shown", [0, 3])
def test_an_offer_that_was_left_to_its_seller_follows_amazon_when_it_is_imported_again(
    shop: Shop, deleted: Deleted, shown: int
) -> None:
    row, books = deleted(), SqlListings(shop.engine, now)
    alter(shop, row.sku, shown=shown, zeroed_at=now(), reason=CameBackAgain(3))
    [id_] = run_tx(shop.engine, partial(store.add, rows=[listing_again(row)]))

    due, _ = books.to_read(1, 20)
    books.read_back([Answer(one, None, now(), Seen(shown)) for one in due if one.sku == row.sku])

    assert (shop.row(id_).quantity, shop.row(id_).push_pending) == (shown, 0)
