"""What differs at Amazon: each kind as reads find it, since when it stands, and the gauges of it."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from operator import add
from typing import Any

from sqlalchemy import Engine, event, select
from tests.integration.feed.conftest import Amazon, Eventually, Running
from tests.integration.feed.offers import listed
from tests.integration.feed.shop import Shop, now
from tests.integration.feed.test_books_and_amazon import read

from mercarich_db.engine import reading
from mercarich_db.tables import amazon_accounts, listings
from mercarich_feed import metrics
from mercarich_feed.adapters.creations_sql import SqlCreations
from mercarich_feed.adapters.differences_sql import SqlDifferences
from mercarich_feed.adapters.listings_sql import SqlListings
from mercarich_feed.adapters.meter import Gauges
from mercarich_feed.adapters.numbers_sql import SqlNumbers
from mercarich_feed.adapters.order_numbers_sql import SqlOrderNumbers
from mercarich_feed.adapters.repricings_sql import SqlRepricings
from mercarich_feed.adapters.sellers_sql import SqlSellers
from mercarich_feed.adapters.token_book_sql import TokenChecks
from mercarich_feed.domain.answers import Answer
from mercarich_listings.differences import DIFFERS, KIND, Difference
from mercarich_listings.read_back import SHOWS_WITHIN, Seen
from mercarich_reasons.push import ComesBack


def differing(shop: Shop) -> Mapping[int, Difference]:
    with reading(shop.engine) as connection:
        rows = connection.execute(select(listings.c.id, KIND).where(DIFFERS)).all()
    return {listing_id: Difference(kind) for listing_id, kind in rows}


def count(shop: Shop) -> None:
    Gauges(
        *(SqlSellers(shop.engine, 1, now), TokenChecks(shop.engine), SqlDifferences(shop.engine, 1, now)),
        SqlOrderNumbers(shop.engine, 1, now),
        SqlCreations(shop.engine, SqlNumbers(shop.engine), 1, now),
        SqlRepricings(shop.engine, 1, now),
    )()


def test_each_kind_is_told_apart_and_the_gauges_equal_the_rows(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    above, other, not_sold, unknown, calm = listed(shop, 1)[:5]
    shop.withdraw([above])
    feed.lanes.patches.wake(1)
    eventually(lambda: shop.row(above).verified_at is not None)
    amazon.alter(shop.row(above), comes_back=True)
    amazon.alter(shop.row(not_sold), issue={"code": "18320", "message": "検索対象外です"})
    amazon.alter(shop.row(unknown), deleted=True)
    amazon.alter(shop.row(other), quantity=0)
    shop.alter(listings, other, pushed_at=now() - SHOWS_WITHIN, quantity=4, listing_quantity=4)
    amazon.fault("spapi", "503_html", only=["patchListingsItem"])
    began = now()
    read(feed, shop, above, other, not_sold, unknown, calm)

    expected = {
        above: Difference.ABOVE,
        other: Difference.OTHER,
        not_sold: Difference.NOT_FOR_SALE,
        unknown: Difference.UNKNOWN,
    }
    eventually(lambda: differing(shop) == expected)
    assert all(began <= shop.row(id_).differs_since <= now() for id_ in expected)
    shop.alter(listings, above, differs_since=now() - timedelta(hours=1))
    count(shop)
    assert [metrics.DIFFERING.labels(kind)._value.get() for kind in Difference] == [1, 1, 1, 1]
    assert metrics.DIFFERING.labels("came_back")._value.get() == 0
    assert 3600 <= metrics.DIFFERING_SECONDS.labels(Difference.ABOVE)._value.get() < 3660
    assert metrics.DIFFERING_SECONDS.labels(Difference.UNKNOWN)._value.get() < 60

    amazon.heal()
    amazon.alter(shop.row(not_sold), issue=None)
    eventually(lambda: above not in differing(shop), 60)
    count(shop)
    assert metrics.DIFFERING.labels(Difference.ABOVE)._value.get() == 0
    assert metrics.DIFFERING_SECONDS.labels(Difference.ABOVE)._value.get() == 0


def test_a_difference_ends_with_the_revision_that_it_was_of(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1)[:1]
    amazon.alter(shop.row(one), issue={"code": "18320", "message": "検索対象外です"})
    read(feed, shop, one)
    eventually(lambda: one in differing(shop))

    shop.withdraw([one])

    assert one not in differing(shop)
    feed.lanes.patches.wake(1)
    eventually(lambda: shop.row(one).differs_since is None)


def test_an_offer_without_a_quantity_is_read_until_its_zero_is_seen_also_when_it_is_stopped(shop: Shop) -> None:
    [one] = listed(shop, 1)[:1]
    seen_at = now() - timedelta(hours=1)
    down = {"quantity": 0, "pushed_quantity": 0, "pushed_at": seen_at, "verified_at": seen_at, "next_read_at": seen_at}
    shop.alter(listings, one, **down)
    for minutes, quantity in enumerate((None, 0)):
        feed = SqlListings(shop.engine, partial(add, seen_at, timedelta(hours=1, minutes=minutes)))
        [offer] = [offer for offer in feed.to_read(1, 50)[0] if offer.listing_id == one]
        feed.read_back([Answer(offer, None, now(), Seen(quantity))])
        assert differing(shop) == ({one: Difference.ABOVE} if quantity is None else {})
        shop.alter(listings, one, stopped_at=now())


def test_a_zero_that_comes_back_a_second_time_differs_also_while_amazon_shows_it(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1)[:1]
    shop.withdraw([one])
    feed.lanes.patches.wake(1)
    eventually(lambda: shop.row(one).verified_at is not None)
    for returns, expected in ((1, {}), (2, {one: Difference.ABOVE})):
        amazon.alter(shop.row(one), comes_back=True)
        read(feed, shop, one)
        eventually(partial(lambda times: shop.events(one).count("readback_mismatch") == times, returns))
        eventually(lambda: shop.row(one).verified_at is not None)
        assert differing(shop) == expected

    assert shop.row(one).push_problem == ComesBack(0)
    shop.alter(listings, one, stopped_at=now())
    assert differing(shop) == {}


def test_a_draft_differs_from_nothing(shop: Shop) -> None:
    [one] = listed(shop, 1)[:1]
    shop.alter(listings, one, orphan=True, differs_since=now(), listed=False)

    assert differing(shop) == {}


def test_the_read_that_waits_longest_is_told_but_for_sellers_without_a_usable_account(shop: Shop) -> None:
    one, stopped = listed(shop, 1)[:2]
    [other] = listed(shop, 2)[:1]
    hour, day = now() - timedelta(hours=1), now() - timedelta(days=1)
    shop.alter(listings, one, next_read_at=hour, verified_at=day)
    shop.alter(listings, stopped, next_read_at=day, verified_at=day, stopped_at=day)
    count(shop)
    assert 3600 <= metrics.READ_OVERDUE._value.get() < 3660

    shop.alter(listings, other, next_read_at=day)
    assert SqlDifferences(shop.engine, 1, now).now().read_due_since == day
    shop.alter(amazon_accounts, shop.account(2).user_id, token_verdict="invalid", token_checked_at=now())
    assert SqlDifferences(shop.engine, 3600, now).now().read_due_since == hour
    shop.alter(listings, one, next_read_at=now() + timedelta(hours=1))
    assert SqlDifferences(shop.engine, 3600, now).now().read_due_since is None


def test_what_waits_to_be_read_is_found_by_its_index(shop: Shop, engine: Engine) -> None:
    """By a minimum or by EXISTS, MariaDB read all listings."""
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    SqlDifferences(engine, 1, now).now()
    SqlListings(engine, now).sellers_to_read()
    of_reads = [(statement, values) for statement, values in asked if "next_read_at" in statement]
    assert len(of_reads) == 2
    for statement, values in of_reads:
        sqlite = engine.dialect.name == "sqlite"
        with reading(engine) as connection:
            explain = f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {statement}"
            plan = connection.exec_driver_sql(explain, values).mappings().all()
        if sqlite:
            assert "listings USING INDEX ix_listings_read (user_id=? AND next_read_at" in str(plan)
            assert "TEMP B-TREE" not in str(plan)
        else:
            of_offers = next(row for row in plan if row["table"] == "listings")
            assert of_offers["key"] == "ix_listings_read"
            assert "filesort" not in of_offers["Extra"]
