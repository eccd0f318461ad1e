"""Offers that were deleted here are read at Amazon for some time: what comes back is taken down."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Row, select, update
from tests.integration.feed.conftest import Amazon, Eventually, Running
from tests.integration.feed.offers import listed
from tests.integration.feed.shop import Shop, now

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listings, removed_offers
from mercarich_feed.adapters.reads_sql import SqlReads
from mercarich_feed.adapters.watch_sql import SqlWatch
from mercarich_feed.commands import difference_lines
from mercarich_feed.domain.answers import Answer, Missing
from mercarich_feed.use_cases.reconcile import Reconcile
from mercarich_listings import removed_store, store
from mercarich_listings.differences import Standing
from mercarich_listings.listing import make_offer
from mercarich_listings.read_back import Seen
from mercarich_listings.removed import HELD, WATCHED
from mercarich_reasons.push import AmazonRefused, CameBack, CameBackAgain
from mercarich_reasons.stock import ByImport

Deleted = Callable[..., Row[Any]]
"""Delete an offer that is down at Amazon, and return its row as it was."""


@pytest.fixture
def deleted(shop: Shop, amazon: Amazon) -> Deleted:
    def delete(number: int = 0, *, at_amazon: bool = False) -> Row[Any]:
        [id_] = listed(shop, 1)[number : number + 1]
        shop.alter(listings, id_, quantity=0, verified_at=now(), pushed_quantity=0)
        row = shop.row(id_)
        _at_amazon(amazon, row, **({"deleted": True} if at_amazon else {"quantity": 0}))
        run_tx(shop.engine, lambda connection: store.remove(connection, [id_], now()))
        return row

    return delete


def _at_amazon(amazon: Amazon, row: Row[Any], **what: object) -> None:
    amazon.post("/_sim/offers", offers=[{"seller_id": row.seller_id, "sku": row.sku, **what}])


def _watched(shop: Shop, sku: str) -> Row[Any] | None:
    with reading(shop.engine) as connection:
        return connection.execute(select(removed_offers).where(removed_offers.c.sku == sku)).one_or_none()


def _known(shop: Shop, sku: str) -> Row[Any]:
    row = _watched(shop, sku)
    assert row is not None
    return row


def _alter(shop: Shop, sku: str, **values: object) -> None:
    change = update(removed_offers).where(removed_offers.c.sku == sku).values(**values)
    run_tx(shop.engine, lambda connection: connection.execute(change))


def _came_back(done: str) -> float:
    return REGISTRY.get_sample_value("mercarich_feed_deleted_offers_came_back_total", {"done": done}) or 0.0


def _again(row: Row[Any], *, listed: bool) -> dict[str, Any]:
    """Return the row of a listing with the same SKU, as an import adds it."""
    names = [column.name for column in listings.c if column.name not in ("id", "push_pending")]
    values = {name: getattr(row, name) for name in names}
    return values | {"listed": listed, "quantity": 1, "created_at": now(), "verified_at": None, "pushed_at": None}


@pytest.mark.parametrize("at_amazon", [False, True])
def test_an_offer_that_comes_back_after_its_deletion_is_taken_down_and_the_watch_knows_why(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually, *, at_amazon: bool
) -> None:
    row, before = deleted(at_amazon=at_amazon), _came_back("zero")
    eventually(lambda: _known(shop, row.sku).read_at is not None)
    assert _known(shop, row.sku).next_read_at > now() + timedelta(minutes=45)
    _at_amazon(amazon, row, comes_back=True)
    assert amazon.shown(row.seller_id, row.sku) == 1

    _alter(shop, row.sku, next_read_at=now())

    eventually(lambda: _known(shop, row.sku).returns == 1 and _known(shop, row.sku).shown == 0)
    known = _known(shop, row.sku)
    assert amazon.shown(row.seller_id, row.sku) == 0
    assert (known.returns, known.reason, known.listing_id) == (1, CameBack(1), row.id)
    assert known.removed_at < known.came_back_at <= known.zeroed_at <= known.read_at
    assert _came_back("zero") == before + 1


def test_what_somebody_puts_up_again_after_the_zero_is_told_and_left(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually
) -> None:
    row, before = deleted(), _came_back("left")
    _at_amazon(amazon, row, comes_back=True)
    eventually(lambda: _known(shop, row.sku).returns == 1 and _known(shop, row.sku).shown == 0)
    pushes = amazon.offer(row.seller_id, row.sku)["accepted"]
    _at_amazon(amazon, row, edited={"quantity": 3})

    _alter(shop, row.sku, next_read_at=now())

    eventually(lambda: _known(shop, row.sku).returns == 2)
    _alter(shop, row.sku, next_read_at=now())
    eventually(lambda: _known(shop, row.sku).next_read_at > now())
    assert _known(shop, row.sku).reason == CameBackAgain(3)
    assert amazon.shown(row.seller_id, row.sku) == 3
    assert amazon.offer(row.seller_id, row.sku)["accepted"] == pushes
    assert _came_back("left") == before + 1
    with reading(shop.engine) as connection:
        mine = removed_store.standing(connection, 1)
        assert mine == removed_store.standing(connection, None) == Standing(1, _known(shop, row.sku).came_back_at)
        assert removed_store.standing(connection, 2) == Standing()
        [stands] = removed_store.page(connection, None, None, 10)
        assert (stands.sku, stands.shown, stands.reason) == (row.sku, 3, CameBackAgain(3))
        assert removed_store.page(connection, 2, None, 10) == []
        assert removed_store.page(connection, 1, (1, row.sku), 10) == []

    _alter(shop, row.sku, shown=0, zeroed_at=now() - HELD, next_read_at=now())
    eventually(lambda: amazon.shown(row.seller_id, row.sku) == 0)


def test_twenty_deleted_offers_are_read_by_one_search_and_none_is_asked_for_singly(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually
) -> None:
    amazon.fault("spapi", "503_html", only=["getListingsItem"])
    rows = [deleted(0, at_amazon=at_amazon) for at_amazon in (True, False, True)]
    eventually(lambda: all(_known(shop, row.sku).read_at is not None for row in rows))


def test_an_offer_that_left_amazon_is_watched_before_its_row_is_deleted(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [id_] = listed(shop, 1)[:1]
    row = shop.row(id_)
    _at_amazon(amazon, row, deleted=True)
    shop.alter(listings, id_, quantity=0, verified_at=now(), pushed_quantity=0, listed=False, next_read_at=None)
    shop.want_removal(id_)
    eventually(lambda: _watched(shop, row.sku) is not None)
    removed_at = _known(shop, row.sku).removed_at

    run_tx(shop.engine, lambda connection: store.remove(connection, [id_], now()))

    assert _known(shop, row.sku).removed_at == removed_at


def test_a_zero_that_amazon_refuses_is_tried_again_later_and_one_without_a_response_soon(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually
) -> None:
    refused, lost = deleted(), deleted()
    amazon.fault("spapi", "invalid_in_200", only=[refused.sku])
    _at_amazon(amazon, refused, comes_back=True)
    eventually(lambda: isinstance(_known(shop, refused.sku).reason, AmazonRefused))
    assert timedelta(minutes=9) < _known(shop, refused.sku).next_read_at - now() <= timedelta(minutes=10)
    amazon.heal()
    amazon.fault("spapi", "500", only=["patchListingsItem"])
    _at_amazon(amazon, lost, comes_back=True)
    _alter(shop, lost.sku, next_read_at=now())
    eventually(lambda: _known(shop, lost.sku).zeroed_at is not None)
    assert amazon.shown(lost.seller_id, lost.sku) == 1
    amazon.heal()
    eventually(lambda: amazon.shown(lost.seller_id, lost.sku) == 0, 60)
    assert amazon.shown(refused.seller_id, refused.sku) == 1


def test_the_watch_ends_after_its_time(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually
) -> None:
    row = deleted()
    _alter(shop, row.sku, removed_at=now() - WATCHED, next_read_at=now())
    eventually(lambda: _watched(shop, row.sku) is None)


def test_a_sku_that_is_an_offer_again_is_watched_no_longer_and_a_draft_still_is(shop: Shop, deleted: Deleted) -> None:
    imported, as_draft, drafted = deleted(), deleted(), deleted()
    for row, is_offer in ((imported, True), (as_draft, False)):
        added = [_again(row, listed=is_offer)]
        run_tx(shop.engine, partial(store.add, rows=added))
        assert (_watched(shop, row.sku) is None) == is_offer

    drafts = [_again(drafted, listed=False)]
    run_tx(shop.engine, lambda connection: store.add_missing(connection, drafts))
    assert _watched(shop, drafted.sku) is not None
    [draft] = [row.id for row in shop.rows(1) if row.sku == drafted.sku]

    def list_it(connection: Any) -> None:
        [locked] = store.lock(connection, [draft])
        store.save(connection, [make_offer(locked, now(), ByImport(1))])

    run_tx(shop.engine, list_it)
    assert _watched(shop, drafted.sku) is None


def test_a_draft_that_was_never_at_amazon_is_not_watched_when_it_is_deleted(shop: Shop) -> None:
    [id_] = listed(shop, 1)[:1]
    shop.alter(listings, id_, listed=False)
    row = shop.row(id_)
    run_tx(shop.engine, lambda connection: store.remove(connection, [id_], now()))
    assert _watched(shop, row.sku) is None


def test_an_answer_from_before_a_newer_read_or_deletion_changes_nothing(shop: Shop, deleted: Deleted) -> None:
    row, watch = deleted(), SqlWatch(shop.engine, 1, now)
    [offer] = watch.due(1, 20)
    answer = Answer(offer, None, now(), Seen(1))
    newer = Answer(offer, Missing("gone"), now())
    assert not watch.read(1, [newer])[row.sku].to_zero
    assert watch.read(1, [answer]) == {}
    other = replace(answer, offer=replace(offer, changed_at=offer.changed_at - HELD), at=now())
    assert watch.read(1, [other]) == {}
    assert _known(shop, row.sku).shown is None
    assert watch.read(1, [replace(answer, at=now())])[row.sku].to_zero


def test_what_enters_the_books_while_its_zero_is_on_its_way_is_pushed_again(shop: Shop, deleted: Deleted) -> None:
    row, watch = deleted(), SqlWatch(shop.engine, 1, now)
    [offer] = watch.due(1, 20)
    answer = Answer(offer, None, now(), Seen(1))
    assert watch.read(1, [answer])[row.sku].to_zero
    added = [_again(row, listed=True)]
    run_tx(shop.engine, lambda connection: store.add(connection, added))

    watch.settle(1, [Answer(offer, None, now())])

    [there] = [one for one in shop.rows(1) if one.sku == row.sku]
    assert (there.quantity, there.push_pending, there.pushed_quantity) == (1, 1, None)


def test_a_person_has_deleted_offers_read_too_and_hears_of_those_that_came_back(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually
) -> None:
    row, other = deleted(), deleted()
    eventually(lambda: all(_known(shop, one.sku).read_at is not None for one in (row, other)))
    _at_amazon(amazon, row, comes_back=True)
    command = Reconcile(SqlReads(shop.engine, 1, now), now, time.monotonic, time.sleep)

    done = command([row.username], [row.sku, other.sku], lambda left, of: None)

    assert (done.asked, done.left, done.came_back) == (2, 0, 1)
    assert difference_lines(done) == [
        "2 offers read at Amazon; 1 differed",
        "  1 deleted here, and came back at Amazon",
    ]
    eventually(lambda: amazon.shown(row.seller_id, row.sku) == 0)
