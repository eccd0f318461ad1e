"""What is known of Amazon's quantity after a feed: nothing, if the feed may or may not have been applied."""

import pytest
from sqlalchemy import Connection, Engine, insert
from tests.integration.checker.shop import Shop

from mercarich_db.engine import run_tx
from mercarich_db.tables import submission_items, submissions
from mercarich_feed.adapters.feed_ends_sql import apply_step
from mercarich_feed.domain.feeds import FeedEnd, FeedState
from mercarich_platform.clock import utc_now
from mercarich_reasons.push import FeedEndedAs, FeedWithoutReport


@pytest.fixture
def shop(engine: Engine) -> Shop:
    return Shop(engine)


def ends(shop: Shop, listing_id: int, end: FeedEnd, *, revision: int, quantity: int) -> None:
    """End a feed that carried the listing at this revision."""

    def write(connection: Connection) -> None:
        feed = {"user_id": shop.offer(listing_id).user_id, "lane": "feed", "state": "in_progress"}
        counts = {"created_at": utc_now(), "items": 1, "accepted": 0, "rejected": 0}
        new = insert(submissions).values(**feed, **counts).returning(submissions.c.id)
        feed_id: int = connection.execute(new).scalar_one()
        carried = {"submission_id": feed_id, "listing_id": listing_id, "revision": revision, "quantity": quantity}
        connection.execute(insert(submission_items).values(**carried, result="pending"))
        apply_step(connection, feed_id, end, utc_now())

    run_tx(shop.engine, write)


@pytest.mark.parametrize(
    "end", [FeedEnd(FeedState.FATAL, {}, FeedEndedAs("fatal")), FeedEnd(FeedState.DONE, {}, FeedWithoutReport())]
)
def test_after_a_failed_feed_nobody_takes_it_that_amazon_still_shows_the_offer(shop: Shop, end: FeedEnd) -> None:
    withdrawn = {"quantity": 0, "revision": 2, "pushed_quantity": 1}
    listing = shop.listing(shop.seller("a"), "old1", **withdrawn)
    ends(shop, listing, end, revision=2, quantity=0)
    offer = shop.offer(listing)
    assert (offer.push_pending, offer.pushed_quantity, offer.push_not_before) == (1, None, None)


def test_after_a_feed_that_came_behind_a_newer_push_nobody_takes_it_that_amazon_shows_that(shop: Shop) -> None:
    moved = {"quantity": 1, "revision": 3, "pushed_revision": 3, "pushed_quantity": 1}
    listing = shop.listing(shop.seller("a"), "old1", **moved)
    ends(shop, listing, FeedEnd(FeedState.DONE, {}), revision=2, quantity=0)
    offer = shop.offer(listing)
    assert (offer.push_pending, offer.pushed_quantity) == (1, None)
