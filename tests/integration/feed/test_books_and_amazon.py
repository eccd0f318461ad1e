"""What Amazon shows is read from time to time, and the books and Amazon come to agree."""

import itertools
import time
from datetime import timedelta

from tests.integration.feed.conftest import Amazon, Eventually, Running
from tests.integration.feed.offers import listed, restores, shown
from tests.integration.feed.shop import Shop, now

from mercarich_contracts.events import EventKind
from mercarich_db.tables import listings
from mercarich_feed.adapters.listings_sql import SqlListings
from mercarich_feed.adapters.reads_sql import SqlReads
from mercarich_feed.commands import difference_lines
from mercarich_feed.use_cases.reconcile import Reconcile
from mercarich_feed.use_cases.restores import RestoreWish
from mercarich_listings.read_back import LATE
from mercarich_reasons.push import ChangedAtAmazon, NotForSale, NotShown


def read(feed: Running, shop: Shop, *ids: int) -> None:
    shop.read_soon(ids)
    feed.lanes.follow.wake(1)


def test_an_offer_that_came_back_after_its_zero_is_taken_down_again(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1)[:1]
    shop.withdraw([one])
    feed.lanes.patches.wake(1)
    eventually(lambda: shop.row(one).verified_at is not None)
    amazon.alter(shop.row(one), comes_back=True)
    assert shown(shop, amazon, one) == 1
    read(feed, shop, one)
    eventually(lambda: "readback_mismatch" in shop.events(one))
    eventually(lambda: shop.row(one).verified_at is not None)
    assert (shown(shop, amazon, one), shop.row(one).quantity) == (0, 0)
    assert shop.reasons(one)[1] == NotShown(1)


def test_a_piece_that_a_buyer_took_is_sold_here_too_and_stays_so(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    sold, other = listed(shop, 1)[:2]
    row = shop.row(sold)
    amazon.post("/_sim/orders", offers=[{"seller_id": row.seller_id, "sku": row.sku}])
    read(feed, shop, sold, other)
    eventually(lambda: shop.row(sold).quantity == 0)
    row = shop.row(sold)
    assert (row.searching, row.push_pending, row.pushed_quantity, row.withdrawn_at is None) == (False, 0, 0, False)
    assert (shop.events(sold), shop.reasons(sold)) == (["changed_at_amazon"], [ChangedAtAmazon(0)])
    eventually(lambda: shop.row(other).verified_at is not None)
    assert (shop.row(other).quantity, shop.events(other)) == (1, [])


def test_a_quantity_that_the_seller_changed_at_amazon_is_not_fought_over(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    fewer, more = listed(shop, 1)[:2]
    amazon.alter(shop.row(fewer), quantity=3)
    shop.alter(listings, fewer, quantity=3, listing_quantity=3)
    amazon.alter(shop.row(fewer), edited={"quantity": 2})
    amazon.alter(shop.row(more), edited={"quantity": 5})
    before = amazon.offer(shop.row(more).seller_id, shop.row(more).sku)["accepted"]
    read(feed, shop, fewer, more)
    eventually(lambda: (shop.row(fewer).quantity, shop.row(more).quantity) == (2, 5))
    assert (shown(shop, amazon, fewer), shown(shop, amazon, more)) == (2, 5)
    assert (shop.events(fewer), shop.events(more)) == (["changed_at_amazon"], ["changed_at_amazon"])
    assert amazon.offer(shop.row(more).seller_id, shop.row(more).sku)["accepted"] == before


def test_an_offer_that_amazon_does_not_sell_is_told_once_with_amazons_words(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1)[:1]
    amazon.alter(shop.row(one), issue={"code": "18320", "message": "検索対象外です"})
    for _ in range(2):
        read(feed, shop, one)
        eventually(lambda: shop.row(one).next_read_at > now() + timedelta(hours=1))
    assert (shop.events(one), shop.reasons(one)) == (["not_for_sale"], [NotForSale("検索対象外です", "18320")])
    assert shop.row(one).push_problem == NotForSale("検索対象外です", "18320")


def test_a_sku_that_amazon_does_not_know_is_told(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    gone, there = listed(shop, 1)[:2]
    amazon.alter(shop.row(gone), deleted=True)
    read(feed, shop, gone, there)
    eventually(lambda: shop.row(gone).orphan and shop.row(there).verified_at is not None)
    assert shop.events(gone) == ["push_orphan"]


def test_many_offers_are_read_twenty_in_a_call(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    ids = [row.id for row in shop.rows(1) if row.push_pending == 0]
    amazon.fault("spapi", "503_html", only=["getListingsItem"])
    read(feed, shop, *ids)
    eventually(lambda: all(shop.row(id_).verified_at is not None for id_ in ids))


def test_a_person_has_every_offer_read_and_hears_what_differed(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    asked = [row for row in shop.rows(1) if row.push_pending == 0]
    sold = asked[0].id
    amazon.alter(shop.row(sold), quantity=0)
    command = Reconcile(SqlReads(shop.engine, 1, now), now, time.monotonic, time.sleep)
    told: list[tuple[int, int]] = []

    done = command([asked[0].username], [], lambda left, of: told.append((left, of)))

    assert (done.asked, done.left, done.found) == (len(asked), 0, {EventKind.CHANGED_AT_AMAZON: 1})
    assert told[-1] == (0, len(asked))
    assert difference_lines(done) == [
        f"{len(asked)} offers read at Amazon; 1 differed",
        "  1 sold or changed at Amazon, the listing follows",
    ]
    assert shop.row(sold).quantity == 0
    assert {shop.row(row.id).next_read_at for row in shop.rows(2)} == {None}


def test_offers_that_nobody_reads_are_left_and_told(shop: Shop) -> None:
    time_passes = itertools.count(0, 60)
    reads = SqlReads(shop.engine, 1, now)
    command = Reconcile(reads, now, lambda: float(next(time_passes)), lambda _seconds: None)
    skus = [row.sku for row in shop.rows(1) if row.push_pending == 0][:2]

    done = command([], skus, lambda left, of: None)

    assert (done.asked, done.left) == (2, 2)


def test_a_late_read_of_a_restore_stays_late_when_a_person_has_every_offer_read(shop: Shop) -> None:
    row = next(row for row in shop.rows(1) if row.push_pending == 0 and row.quantity)
    due = now() - LATE * 2
    shop.alter(listings, row.id, pushed_at=due, verified_at=None, next_read_at=due)
    reads, asked_at = SqlReads(shop.engine, 1, now), now()

    assert (reads.ask([], [row.sku], asked_at), reads.left([], [row.sku], asked_at)) == (1, 1)
    assert shop.row(row.id).next_read_at == due


def test_a_restore_that_is_read_in_a_minute_keeps_its_place_when_a_person_has_every_offer_read(shop: Shop) -> None:
    *others, restored = [row for row in shop.rows(1) if row.push_pending == 0]
    soon = now() + timedelta(seconds=20)
    shop.alter(listings, restored.id, quantity=1, pushed_at=now(), verified_at=None, next_read_at=soon)
    reads, asked_at = SqlReads(shop.engine, 1, now), now()

    assert reads.ask([restored.username], [], asked_at) == reads.left([], [], asked_at) == len(others)
    [first], _ = SqlListings(shop.engine, lambda: soon).to_read(1, 1)
    assert (first.listing_id, shop.row(restored.id).next_read_at) == (restored.id, soon)


def test_what_a_seller_does_at_amazon_with_a_listing_that_is_stopped_is_left_alone(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    stopped, watched = listed(shop, 1)[:2]
    shop.withdraw([stopped])
    shop.alter(listings, stopped, stopped_at=now())
    feed.lanes.patches.wake(1)
    eventually(lambda: shop.row(stopped).verified_at is not None)
    amazon.alter(shop.row(stopped), edited={"quantity": 1})
    read(feed, shop, stopped, watched)
    eventually(lambda: shop.row(watched).verified_at is not None)
    assert (shown(shop, amazon, stopped), shop.events(stopped)) == (1, ["push_accepted"])


def test_a_push_of_a_moment_ago_is_read_before_the_offers_of_every_day(shop: Shop) -> None:
    *others, fresh = [row.id for row in shop.rows(1) if row.push_pending == 0]
    shop.read_soon(others)
    accepted = {"pushed_at": now(), "verified_at": None, "next_read_at": now()}
    shop.alter(listings, fresh, **accepted)
    [first], _ = SqlListings(shop.engine, now).to_read(1, 1)
    assert first.listing_id == fresh


def test_a_restore_that_amazon_took_and_a_buyer_bought_unseen_is_not_put_up_again(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    one, *_ = restores(shop, 1)
    feed.lanes.restores.wake(1, RestoreWish(None, None))
    eventually(lambda: shop.events(one) == ["push_accepted"])
    assert shown(shop, amazon, one) == 1
    row = shop.row(one)
    amazon.post("/_sim/orders", offers=[{"seller_id": row.seller_id, "sku": row.sku}])
    shop.alter(listings, one, verified_at=None)
    shop.let_amazon_have_its_time(one)
    feed.lanes.follow.wake(1)
    eventually(lambda: shop.row(one).quantity == 0)
    assert shop.events(one) == ["push_accepted", "changed_at_amazon"]
    assert shown(shop, amazon, one) == 0
