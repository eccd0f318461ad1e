"""Coverage: which of the sources on sale were looked at within what the plans of their sellers allow."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from tests.integration.checker.shop import LONG_AGO, Shop

from mercarich_checker.adapters.coverage_sql import SqlCoverages, aged, without_look
from mercarich_contracts.coverage import Coverage
from mercarich_contracts.market import Marketplace
from mercarich_db import engine as engines
from mercarich_db.coverage import coverages_of, coverages_of_seller
from mercarich_db.tables import listings

NOW = LONG_AGO + timedelta(days=30)
OFFERED = {"changed_at": NOW - timedelta(hours=1)}


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def seen(**length: float) -> dict[str, Any]:
    return {"source": {"state": "available", "checked_at": ago(**length)}}


def counted(shop: Shop, now: datetime = NOW) -> Coverage:
    SqlCoverages(shop.engine).count(Marketplace.YAHOO, now)
    with engines.reading(shop.engine) as connection:
        return coverages_of(connection)["yahoo"]


def of_seller(shop: Shop, user_id: int) -> Coverage:
    with engines.reading(shop.engine) as connection:
        [one] = coverages_of_seller(connection, user_id)
    return one


def test_a_look_covers_for_the_plan_of_each_seller_and_a_quarter_more(shop: Shop) -> None:
    twice, often, less = shop.seller("twice"), shop.seller("often", plan=4), shop.seller("less", plan=4, checks=2)
    for item, hours in (("x1", 1.0), ("x2", 7.49), ("x3", 7.51), ("x4", 14.99), ("x5", 15.01)):
        for seller in (twice, often, less):
            shop.listing(seller, item, **seen(hours=hours))

    whole = counted(shop)

    assert [(of_seller(shop, one).covered, of_seller(shop, one).sources) for one in (twice, often, less)] == [
        (4, 5),
        (2, 5),
        (4, 5),
    ]
    assert (whole.covered, whole.sources, whole.share) == (10, 15, 10 / 15)


def test_half_most_and_the_oldest_are_times_of_looks(shop: Shop) -> None:
    seller = shop.seller("seller")
    for number in range(100):
        shop.listing(seller, f"x{number}", **seen(minutes=10 * number))

    whole = counted(shop)

    assert of_seller(shop, seller) == whole
    assert whole.oldest_at == ago(minutes=990)
    for since, wanted in ((whole.half_since, 50), (whole.most_since, 95)):
        assert since is not None
        assert wanted <= sum(ago(minutes=10 * number) >= since for number in range(100)) <= wanted + 15


def test_a_source_without_a_look_is_covered_for_as_long_after_it_is_offered(shop: Shop) -> None:
    seller = shop.seller("seller")
    shop.listing(seller, "new", changed_at=ago(hours=14))
    shop.listing(seller, "old", changed_at=ago(hours=16))

    whole = counted(shop)

    assert (whole.sources, whole.covered, whole.unseen) == (2, 1, 2)
    assert (whole.half_since, whole.most_since, whole.oldest_at) == (None, None, None)


def test_what_no_run_looks_at_does_not_count(shop: Shop) -> None:
    seller = shop.seller("seller")
    shop.listing(seller, "draft", listed=False, **seen(days=9))
    shop.listing(seller, "down", quantity=0, **seen(days=9))
    shop.listing(seller, "searched", searching=True, **seen(days=9))
    for name, wrong in (("left", {"active": False}), ("staff", {"staff": True}), ("unlinked", {"account": False})):
        shop.listing(shop.seller(name, **wrong), f"of-{name}", **seen(days=9))  # type: ignore[arg-type]
        shop.listing(shop.seller(f"{name}2", **wrong), f"new-{name}")  # type: ignore[arg-type]
    shop.listing(seller, "m1", source={"marketplace": "mercari", "checked_at": ago(days=9)})
    shop.listing(seller, "m2", source={"marketplace": "mercari"})

    whole = counted(shop)

    assert (whole.sources, whole.share, whole.counted_at) == (0, 1.0, NOW)
    with engines.reading(shop.engine) as connection:
        assert coverages_of_seller(connection, seller) == []


def test_a_count_replaces_the_one_before(shop: Shop) -> None:
    seller = shop.seller("seller")
    listing = shop.listing(seller, "x1", **seen(hours=1))
    assert counted(shop).sources == 1

    down = update(listings).where(listings.c.id == listing).values(quantity=0)
    engines.run_tx(shop.engine, lambda connection: connection.execute(down))
    later = NOW + timedelta(minutes=10)

    assert (counted(shop, later).sources, counted(shop, later).counted_at) == (0, later)
    with engines.reading(shop.engine) as connection:
        assert coverages_of_seller(connection, seller) == []


def test_a_count_of_another_marketplace_stays(shop: Shop) -> None:
    shop.listing(shop.seller("seller"), "m1", source={"marketplace": "mercari", "checked_at": ago(hours=1)})
    SqlCoverages(shop.engine).count(Marketplace.MERCARI, NOW)

    assert counted(shop).sources == 0
    with engines.reading(shop.engine) as connection:
        assert coverages_of(connection)["mercari"].sources == 1


@pytest.mark.parametrize(
    ("now", "is_current"), [(NOW, True), (NOW + timedelta(hours=1), True), (NOW + timedelta(hours=1.1), False)]
)
def test_a_count_that_is_not_repeated_soon_says_nothing(shop: Shop, now: datetime, is_current: bool) -> None:
    assert counted(shop).is_current(now) is is_current


def test_listings_are_read_from_an_index_alone_and_unseen_sources_by_theirs(shop: Shop) -> None:
    with engines.reading(shop.engine) as connection:
        whole, unseen = (
            query.compile(shop.engine, compile_kwargs={"literal_binds": True})
            for query in (aged(Marketplace.YAHOO, NOW), without_look(Marketplace.YAHOO, NOW))
        )
        if shop.engine.dialect.name == "sqlite":
            plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {whole}")]
            [listings_read] = [detail for detail in plan if "listings" in detail]
            assert listings_read == "SEARCH listings USING COVERING INDEX ix_listings_shop (user_id=? AND listed=?)"
            plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {unseen}")]
            found_by = "USING COVERING INDEX ix_source_items_due (marketplace=? AND checked_at=?)"
            assert f"SEARCH source_items {found_by}" in plan
            assert "SEARCH listings USING INDEX ix_listings_source (source_item_id=?)" in plan
        else:
            rows = connection.exec_driver_sql(f"EXPLAIN {str(whole).replace('%', '%%')}").all()
            [listings_of] = [row for row in rows if row.table == "listings"]
            assert (listings_of.key, "Using index" in listings_of.Extra) == ("ix_listings_shop", True)
