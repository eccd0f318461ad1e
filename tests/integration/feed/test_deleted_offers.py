"""Offers that were deleted here are read at Amazon for some time: what comes back is taken down."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from tests.integration.feed.conftest import Amazon, Eventually, Running
from tests.integration.feed.deletions import Deleted, alter, deleting, linked, watch_of, watched
from tests.integration.feed.offers import listed
from tests.integration.feed.shop import Shop, now

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listings
from mercarich_feed.adapters.reads_sql import SqlReads
from mercarich_feed.adapters.watch_sql import SqlWatch
from mercarich_feed.commands import difference_lines
from mercarich_feed.domain.answers import AmazonTrouble, Answer, Forbidden, Missing, RateLimited, Transient, Unsent
from mercarich_feed.use_cases.reconcile import Reconcile
from mercarich_listings import removed_store, store
from mercarich_listings.differences import Standing
from mercarich_listings.read_back import Seen
from mercarich_listings.removed import HELD, WATCHED
from mercarich_reasons.push import AmazonRefused, CameBack, CameBackAgain


@pytest.fixture
def deleted(shop: Shop, amazon: Amazon) -> Deleted:
    return deleting(shop, amazon)


def _came_back(done: str) -> float:
    return REGISTRY.get_sample_value("mercarich_feed_deleted_offers_came_back_total", {"done": done}) or 0.0


@pytest.mark.parametrize("at_amazon", [False, True])
def test_an_offer_that_comes_back_after_its_deletion_is_taken_down_and_the_watch_knows_why(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually, *, at_amazon: bool
) -> None:
    row, before = deleted(at_amazon=at_amazon), _came_back("zero")
    eventually(lambda: watch_of(shop, row.sku).read_at is not None)
    assert watch_of(shop, row.sku).next_read_at > now() + timedelta(minutes=45)
    amazon.alter(row, comes_back=True)
    assert amazon.shown(row.seller_id, row.sku) == 1

    alter(shop, row.sku, next_read_at=now())

    eventually(lambda: watch_of(shop, row.sku).returns == 1 and watch_of(shop, row.sku).shown == 0)
    known = watch_of(shop, row.sku)
    assert amazon.shown(row.seller_id, row.sku) == 0
    assert (known.returns, known.reason, known.listing_id) == (1, CameBack(1), row.id)
    assert known.removed_at < known.came_back_at <= known.zeroed_at <= known.read_at
    assert _came_back("zero") == before + 1


def test_what_somebody_puts_up_again_after_the_zero_is_told_and_left(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually
) -> None:
    row, before = deleted(), _came_back("left")
    amazon.alter(row, comes_back=True)
    eventually(lambda: watch_of(shop, row.sku).returns == 1 and watch_of(shop, row.sku).shown == 0)
    pushes = amazon.offer(row.seller_id, row.sku)["accepted"]
    amazon.alter(row, edited={"quantity": 3})

    alter(shop, row.sku, next_read_at=now())

    eventually(lambda: watch_of(shop, row.sku).returns == 2)
    alter(shop, row.sku, next_read_at=now())
    eventually(lambda: watch_of(shop, row.sku).next_read_at > now())
    assert watch_of(shop, row.sku).reason == CameBackAgain(3)
    assert amazon.shown(row.seller_id, row.sku) == 3
    assert amazon.offer(row.seller_id, row.sku)["accepted"] == pushes
    assert _came_back("left") == before + 1
    with reading(shop.engine) as connection:
        mine = removed_store.standing(connection, 1)
        assert mine == removed_store.standing(connection, None) == Standing(1, watch_of(shop, row.sku).came_back_at)
        assert removed_store.standing(connection, 2) == Standing()
        [stands] = removed_store.page(connection, None, None, 10)
        assert (stands.sku, stands.shown, stands.reason) == (row.sku, 3, CameBackAgain(3))
        assert removed_store.page(connection, 2, None, 10) == []
        assert removed_store.page(connection, 1, (1, row.sku), 10) == []

    alter(shop, row.sku, shown=0, zeroed_at=now() - HELD, next_read_at=now())
    eventually(lambda: amazon.shown(row.seller_id, row.sku) == 0)


def test_twenty_deleted_offers_are_read_by_one_search_and_none_is_asked_for_singly(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually
) -> None:
    amazon.fault("spapi", "503_html", only=["getListingsItem"])
    rows = [deleted(0, at_amazon=at_amazon) for at_amazon in (True, False, True)]
    eventually(lambda: all(watch_of(shop, row.sku).read_at is not None for row in rows))


def test_an_offer_that_left_amazon_is_watched_before_its_row_is_deleted(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [id_] = listed(shop, 1)[:1]
    row = shop.row(id_)
    amazon.alter(row, deleted=True)
    shop.alter(listings, id_, quantity=0, verified_at=now(), pushed_quantity=0, listed=False, next_read_at=None)
    shop.want_removal(id_)
    eventually(lambda: watched(shop, row.sku) is not None)
    removed_at = watch_of(shop, row.sku).removed_at

    run_tx(shop.engine, lambda connection: store.remove(connection, [id_], now()))

    assert watch_of(shop, row.sku).removed_at == removed_at


def test_a_zero_that_amazon_refuses_is_tried_again_later_and_one_without_a_response_soon(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually
) -> None:
    refused, lost = deleted(), deleted()
    amazon.fault("spapi", "invalid_in_200", only=[refused.sku])
    amazon.alter(refused, comes_back=True)
    eventually(lambda: isinstance(watch_of(shop, refused.sku).reason, AmazonRefused))
    assert timedelta(minutes=9) < watch_of(shop, refused.sku).next_read_at - now() <= timedelta(minutes=10)
    amazon.heal()
    amazon.fault("spapi", "500", only=["patchListingsItem"])
    amazon.alter(lost, comes_back=True)
    alter(shop, lost.sku, next_read_at=now())
    eventually(lambda: watch_of(shop, lost.sku).zeroed_at is not None)
    assert amazon.shown(lost.seller_id, lost.sku) == 1
    amazon.heal()
    eventually(lambda: amazon.shown(lost.seller_id, lost.sku) == 0, 60)
    assert amazon.shown(refused.seller_id, refused.sku) == 1


@pytest.mark.parametrize("trouble", [Unsent("the process ends"), RateLimited("no quota"), Forbidden("a role")])
def test_a_zero_that_never_left_is_not_told_as_sent_and_the_next_return_gets_one(
    shop: Shop, deleted: Deleted, trouble: AmazonTrouble
) -> None:
    row, watch = deleted(), SqlWatch(shop.engine, 1, now)
    [offer] = watch.due(linked(shop), 20)
    found = watch.read(linked(shop), [Answer(offer, None, now(), Seen(1))])
    assert found[row.sku].to_zero
    assert watch_of(shop, row.sku).zeroed_at is not None  # the process may end before it hears what came of it

    watch.settle(linked(shop), [Answer(offer, trouble, now())], found)

    known = watch_of(shop, row.sku)
    assert (known.zeroed_at, known.attempts, known.next_read_at <= now()) == (None, 0, True)
    watch.read(linked(shop), [Answer(offer, Missing("the search does not find the SKU"), now())])
    assert watch.read(linked(shop), [Answer(offer, None, now(), Seen(1))])[row.sku].to_zero


@pytest.mark.parametrize("trouble", [None, Transient("no response")])
def test_a_zero_that_amazon_may_have_taken_counts_once_it_is_seen_there(
    shop: Shop, deleted: Deleted, trouble: AmazonTrouble | None
) -> None:
    row, watch = deleted(), SqlWatch(shop.engine, 1, now)
    [offer] = watch.due(linked(shop), 20)

    def up_and_zeroed() -> bool:
        found = watch.read(linked(shop), [Answer(offer, None, now(), Seen(1))])
        watch.settle(linked(shop), [Answer(offer, trouble, now())], found)
        return found[row.sku].to_zero

    assert up_and_zeroed()
    watch.read(linked(shop), [Answer(offer, Missing("the search does not find the SKU"), now())])
    assert up_and_zeroed()
    watch.read(linked(shop), [Answer(offer, None, now(), Seen(0))])
    assert watch_of(shop, row.sku).zeroed_at < watch_of(shop, row.sku).zero_shown_at
    assert not up_and_zeroed()
    assert watch_of(shop, row.sku).reason == CameBackAgain(1)


def test_the_watch_ends_after_its_time(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually
) -> None:
    row = deleted()
    alter(shop, row.sku, removed_at=now() - WATCHED, next_read_at=now())
    eventually(lambda: watched(shop, row.sku) is None)


def test_a_draft_that_was_never_at_amazon_is_not_watched_when_it_is_deleted(shop: Shop) -> None:
    [id_] = listed(shop, 1)[:1]
    shop.alter(listings, id_, listed=False)
    row = shop.row(id_)
    run_tx(shop.engine, lambda connection: store.remove(connection, [id_], now()))
    assert watched(shop, row.sku) is None


def test_an_answer_from_before_a_newer_read_or_deletion_changes_nothing(shop: Shop, deleted: Deleted) -> None:
    row, watch = deleted(), SqlWatch(shop.engine, 1, now)
    [offer] = watch.due(linked(shop), 20)
    answer = Answer(offer, None, now(), Seen(1))
    newer = Answer(offer, Missing("gone"), now())
    assert not watch.read(linked(shop), [newer])[row.sku].to_zero
    assert watch.read(linked(shop), [answer]) == {}
    other = replace(answer, offer=replace(offer, changed_at=offer.changed_at - HELD), at=now())
    assert watch.read(linked(shop), [other]) == {}
    assert watch_of(shop, row.sku).shown is None
    assert watch.read(linked(shop), [replace(answer, at=now())])[row.sku].to_zero


def test_a_person_has_deleted_offers_read_too_and_hears_of_those_that_came_back(
    feed: Running, shop: Shop, amazon: Amazon, deleted: Deleted, eventually: Eventually
) -> None:
    row, other = deleted(), deleted()
    eventually(lambda: all(watch_of(shop, one.sku).read_at is not None for one in (row, other)))
    amazon.alter(row, comes_back=True)
    command = Reconcile(SqlReads(shop.engine, 1, now), now, time.monotonic, time.sleep)

    done = command([row.username], [row.sku, other.sku], lambda left, of: None)

    assert (done.asked, done.left, done.came_back) == (2, 0, 1)
    assert difference_lines(done) == [
        "2 offers read at Amazon; 1 differed",
        "  1 deleted here, and came back at Amazon",
    ]
    eventually(lambda: amazon.shown(row.seller_id, row.sku) == 0)
