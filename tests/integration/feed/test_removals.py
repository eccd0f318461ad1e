"""Row D3, `delete_old_items --delete-listing`: the listing at Amazon is deleted first, its row once Amazon has accepted
that."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from tests.integration.feed.conftest import Amazon, Eventually, Running
from tests.integration.feed.shop import Shop, now

from mercarich_db.engine import reading
from mercarich_db.tables import listing_pictures, listing_removals, listings
from mercarich_feed.adapters.removals_sql import SqlRemovals
from mercarich_reasons.push import AmazonRefused
from mercarich_web.housekeeping.delete_old_items import DeleteOldItems
from mercarich_web.housekeeping.expiry import AMAZON_SECONDS, DeletionReport
from mercarich_web.housekeeping.sql.expired import SqlExpiredOffers
from mercarich_web.pictures.files import PictureFiles

Delete = Callable[..., DeletionReport]
OLD = timedelta(days=8)


@pytest.fixture
def deletion(engine: Engine, tmp_path: Path) -> Delete:
    """`slept` records the seconds of each wait for Amazon."""

    def delete(*, at_amazon: bool = True, slept: Callable[[float], None] = lambda _: None) -> DeletionReport:
        use_case = DeleteOldItems(SqlExpiredOffers(engine), PictureFiles(tmp_path / "pictures"), now, slept)
        return use_case(7, dry_run=False, at_amazon=at_amazon)

    return delete


def _expired(shop: Shop, listing_id: int) -> None:
    """A zero that Amazon accepted and showed, a week and a day ago."""
    shop.withdraw([listing_id])
    then = now() - OLD
    pushed = {"pushed_revision": 2, "pushed_quantity": 0, "verified_at": then}
    shop.alter(listings, listing_id, withdrawn_at=then, revision=2, **pushed)


def _removals(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(listing_removals)).scalar_one()


def _gone(shop: Shop, listing_id: int) -> bool:
    return all(row.id != listing_id for row in shop.rows())


def test_d3_the_listing_leaves_amazon_then_its_row_and_pictures_go(
    engine: Engine, amazon: Amazon, shop: Shop, feed: Running, deletion: Delete, eventually: Eventually, tmp_path: Path
) -> None:
    listing, other = shop.rows(1)[:2]
    shop.withdraw([listing.id])
    eventually(lambda: shop.row(listing.id).verified_at is not None or feed.lanes.follow.wake(1))
    shop.alter(listings, listing.id, withdrawn_at=now() - OLD)
    file = tmp_path / "pictures" / "1" / "0.jpg"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x")
    with engine.begin() as connection:
        connection.execute(listing_pictures.insert().values(listing_id=listing.id, slot=0, path="1/0.jpg"))

    report = deletion(slept=lambda _: time.sleep(0.1))

    assert (report.listings, report.leaving, report.pictures.files) == (1, 0, 1)
    assert amazon.offer(listing.seller_id, listing.sku)["deleted"] is True
    assert amazon.offer(other.seller_id, other.sku)["deleted"] is False
    assert _gone(shop, listing.id)
    assert not file.exists()
    assert _removals(engine) == 0
    assert shop.events(listing.id)[-3:] == ["leaving", "left_amazon", "deleted"]


def test_d3_a_row_stays_until_amazon_has_accepted_and_the_next_deletion_takes_it(
    engine: Engine, amazon: Amazon, shop: Shop, feed: Running, deletion: Delete, eventually: Eventually
) -> None:
    listing = shop.rows(1)[0]
    _expired(shop, listing.id)
    amazon.fault("spapi", "500", only=["deleteListingsItem"])
    waits: list[float] = []

    report = deletion(slept=waits.append)

    assert (report.listings, report.leaving, sum(waits)) == (0, 1, AMAZON_SECONDS)
    assert (shop.row(listing.id).listed, amazon.offer(listing.seller_id, listing.sku)["deleted"]) == (False, False)
    amazon.heal()
    eventually(lambda: amazon.offer(listing.seller_id, listing.sku)["deleted"], 40)
    eventually(lambda: deletion(at_amazon=False).listings == 1)  # The nightly deletion, without the option.
    assert _gone(shop, listing.id)


def test_d3_an_offer_that_comes_back_while_its_deletion_fails_is_taken_down_and_then_leaves(
    amazon: Amazon, shop: Shop, feed: Running, deletion: Delete, eventually: Eventually
) -> None:
    listing = shop.rows(1)[0]
    _expired(shop, listing.id)
    amazon.fault("spapi", "500", only=["deleteListingsItem"])
    assert deletion(slept=lambda _: None).leaving == 1
    amazon.alter(listing, quantity=1)

    shop.read_soon([listing.id])
    eventually(lambda: "readback_mismatch" in shop.events(listing.id) or feed.lanes.follow.wake(1))
    eventually(lambda: amazon.offer(listing.seller_id, listing.sku)["quantity"] == 0 or feed.lanes.patches.wake(1))
    amazon.heal()
    eventually(lambda: amazon.offer(listing.seller_id, listing.sku)["deleted"], 40)


def test_d3_a_listing_that_amazon_does_not_know_counts_as_gone(
    engine: Engine, amazon: Amazon, shop: Shop, feed: Running, deletion: Delete, eventually: Eventually
) -> None:
    listing = shop.rows(1)[0]
    _expired(shop, listing.id)
    amazon.alter(listing, deleted=True)

    deletion(slept=lambda _: None)

    eventually(lambda: deletion(at_amazon=False) and _gone(shop, listing.id))


def test_d3_a_deletion_whose_response_was_lost_ends_although_its_zero_can_be_seen_nowhere_any_more(
    amazon: Amazon, shop: Shop, feed: Running, deletion: Delete, eventually: Eventually
) -> None:
    """The listing has left Amazon, the books do not know, and a zero that they push there meets an unknown SKU."""
    listing = shop.rows(1)[0]
    _expired(shop, listing.id)
    amazon.fault("spapi", "500", only=["deleteListingsItem"])
    assert deletion(slept=lambda _: None).leaving == 1
    amazon.alter(listing, deleted=True)
    unknown = {"orphan": True, "verified_at": None, "pushed_revision": 1, "push_not_before": now() + OLD}
    shop.alter(listings, listing.id, **unknown)
    shop.alter(listing_removals, listing.id, not_before=None)
    amazon.heal()

    eventually(lambda: deletion(at_amazon=False) and _gone(shop, listing.id))


def test_d3_nothing_is_deleted_at_amazon_while_a_push_is_pending_or_by_itself(
    engine: Engine, amazon: Amazon, shop: Shop, deletion: Delete
) -> None:
    pending, done = shop.rows(1)[:2]
    _expired(shop, pending.id)
    shop.alter(listings, pending.id, revision=3)  # A change that Amazon does not have.
    assert deletion(slept=lambda _: None).leaving == 0
    assert _removals(engine) == 0
    _expired(shop, done.id)

    assert deletion(at_amazon=False).listings == 1

    assert amazon.offer(done.seller_id, done.sku)["deleted"] is False


def test_d3_what_changed_since_its_deletion_was_wanted_is_left_alone_at_amazon(
    engine: Engine, amazon: Amazon, shop: Shop, deletion: Delete
) -> None:
    listing = shop.rows(1)[0]
    _expired(shop, listing.id)
    assert deletion().leaving == 1
    removals = SqlRemovals(engine, 1, now)
    shop.alter(listings, listing.id, revision=3)
    assert (removals.sellers(), removals.claim(1, 10)) == ([], [])
    shop.alter(listings, listing.id, revision=2, listed=True)
    assert (removals.sellers(), removals.claim(1, 10)) == ([], [])
    shop.alter(listings, listing.id, listed=False)
    assert removals.sellers() == [1]
    assert [offer.sku for offer in removals.claim(1, 10)] == [listing.sku]
    assert removals.claim(1, 10) == []  # A claim lasts for a while.


def test_d3_what_is_refused_waits_with_its_reason_and_the_others_go(
    engine: Engine, amazon: Amazon, shop: Shop, feed: Running, deletion: Delete, eventually: Eventually
) -> None:
    refused, other = shop.rows(1)[:2]
    for row in (refused, other):
        _expired(shop, row.id)
    amazon.fault("spapi", "invalid_in_200", only=[refused.sku])

    deletion(slept=lambda _: None)

    eventually(lambda: deletion(at_amazon=False) and _gone(shop, other.id))
    with reading(engine) as connection:
        left = connection.execute(select(listing_removals)).one()
    assert (left.listing_id, left.accepted_at) == (refused.id, None)
    assert isinstance(left.problem, AmazonRefused)
    assert left.problem.issue == "90220"
