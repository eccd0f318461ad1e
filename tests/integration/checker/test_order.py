"""Rows C2, C4, C6, C8, C9: whose items are planned, in which order, and how many are in progress at once."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete
from tests.integration.checker.shop import Market, Shop, Workers, check, planner, request

from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_contracts.market import Marketplace
from mercarich_db import engine as engines
from mercarich_db.tables import listings, source_items, users
from mercarich_platform.clock import utc_now
from mercarich_runs.ports import Counts, Request

T0 = datetime(2026, 11, 1, tzinfo=UTC)


def _order(engine: Engine, req: Request | None = None) -> list[str]:
    """Return the item ids of a planned run on which no worker has begun, in order."""
    req = req or request()
    plan = SqlPlan(engine)
    run = SqlRuns(engine).start(req, None, utc_now())
    for _ in plan.mark(run, req, plan.sellers(req)):
        pass
    order: list[str] = []
    place = (-1, 0)
    while page := plan.due(run, place, 7, utc_now()):
        order.extend(item.item_id for _, item in page)
        place = page[-1][0]
    return order


@pytest.mark.parametrize(("plans", "expected"), [((2,), ["x2"]), ((4,), ["x4"]), ((2, 4), ["x2", "x4"])])
def test_c2_the_numbers_are_a_filter_on_the_plan(
    engine: Engine, shop: Shop, plans: tuple[int, ...], expected: list[str]
) -> None:
    shop.listing(shop.seller("two", plan=2), "x2")
    shop.listing(shop.seller("four", plan=4), "x4")
    assert _order(engine, request(plans)) == expected


@pytest.mark.parametrize(("plans", "expected"), [((2,), ["x1", "x2"]), ((4,), ["x3"])])
def test_a_seller_is_checked_as_seldom_as_he_wants_and_never_more_than_his_plan_allows(
    engine: Engine, shop: Shop, plans: tuple[int, ...], expected: list[str]
) -> None:
    shop.listing(shop.seller("seldom", plan=4, checks=2), "x1")
    shop.listing(shop.seller("had a larger plan", plan=2, checks=4), "x2")
    shop.listing(shop.seller("wants all", plan=4, checks=4), "x3")
    assert sorted(_order(engine, request(plans))) == expected


def test_c8_inactive_staff_and_unlinked_sellers_are_skipped_and_counted(
    engine: Engine, shop: Shop, market: Market
) -> None:
    shop.listing(shop.seller("ok"), "x1")
    shop.listing(shop.seller("off", active=False), "x2")
    shop.listing(shop.seller("boss", staff=True), "x3")
    shop.listing(shop.seller("unlinked", account=False), "x4")
    run = check(engine, market)
    assert market.looks == ["x1"]
    assert shop.run(run.id).skipped == '{"inactive":1,"staff":1,"no_amazon_account":1}'


def test_m10_a_source_that_serves_two_listings_of_a_seller_is_said(
    engine: Engine, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = shop.seller("a"), shop.seller("b")
    shop.listing(first, "x1")
    shop.listing(second, "x1")
    assert _order(engine) == ["x1"]
    assert "serves several listings" not in caplog.text
    assert "sources serve several sellers" in caplog.text
    shop.listing(first, "x1", sku="again")
    assert _order(engine) == ["x1"]
    assert "one source serves several listings of a seller" in caplog.text


def test_c9_never_checked_first_then_the_oldest(engine: Engine, shop: Shop) -> None:
    seller = shop.seller("a")
    for item_id, hours in (("new", None), ("old", 40), ("older", 50), ("fresh", 1)):
        checked_at = None if hours is None else T0 - timedelta(hours=hours)
        shop.listing(seller, item_id, source={"checked_at": checked_at})
    assert _order(engine) == ["new", "older", "old", "fresh"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 100)), min_size=1, max_size=60))
def test_c9_no_seller_waits_for_more_than_one_item_of_each_other_per_own(
    engine: Engine, shop: Shop, rows: list[tuple[int, int]]
) -> None:
    for table in (listings, source_items):
        engines.run_tx(engine, lambda connection, table=table: connection.execute(delete(table)))
    sellers = {n: _seller(engine, shop, f"s{n}") for n in sorted({seller for seller, _ in rows})}
    owner: dict[str, int] = {}
    for number, (seller, hours) in enumerate(rows):
        checked_at = None if hours > 90 else T0 - timedelta(hours=hours)
        shop.listing(sellers[seller], f"i{number}", source={"checked_at": checked_at})
        owner[f"i{number}"] = seller
    order = [owner[item_id] for item_id in _order(engine)]
    assert sorted(order) == sorted(owner.values())
    for seller in sellers:
        places = [place for place, who in enumerate(order) if who == seller]
        for own, place in enumerate(places, start=1):
            assert place < own * len(sellers)


def _seller(engine: Engine, shop: Shop, name: str) -> int:
    with engines.reading(engine) as connection:
        known = connection.execute(users.select().where(users.c.username == name)).one_or_none()
    return known.id if known is not None else shop.seller(name)


def test_c4_beginwith_usernames_and_skus(engine: Engine, shop: Shop) -> None:
    first, second = shop.seller("a"), shop.seller("b")
    for n in range(3):
        shop.listing(first, f"a{n}")
        shop.listing(second, f"b{n}")
    assert _order(engine, request(begin_with=2)) == ["a2", "b2"]
    assert _order(engine, request(usernames=("b",))) == ["b0", "b1", "b2"]
    assert _order(engine, request(skus=(f"S-{first}-a1",))) == ["a1"]


def test_c4_group_lower_is_the_size_of_a_batch(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    for n in range(30):
        shop.listing(seller, f"x{n}")
    check(engine, market, request(group_lower=12))
    assert sorted(size for size, _ in market.asked) == [6, 12, 12]


def test_c3_max_workers_travels_to_the_proxy(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("a"), "x1")
    check(engine, market, request(max_workers=14))
    assert market.asked == [(1, 14)]


def test_c5_the_planner_puts_batches_out_and_asks_no_marketplace(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    for n in range(4):
        shop.listing(seller, f"x{n}")
    workers = Workers(engine, market)
    stop = threading.Event()
    thread = threading.Thread(target=_plan_until, args=(engine, workers, stop, Marketplace.YAHOO))
    thread.start()
    batch = workers.queue.get(timeout=10)
    stop.set()
    thread.join(10)
    assert len(batch.items) == 4
    assert (market.asked, market.looks) == ([], [])


def test_c6_no_more_than_a_set_number_of_batches_is_out(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    for n in range(100):
        shop.listing(seller, f"x{n}")
    market.gate = threading.Event()
    with Workers(engine, market, threads=2, lease=timedelta(seconds=30)) as workers:
        opener = threading.Timer(1.0, market.gate.set)
        opener.start()
        run_check = planner(engine, workers, batch_items=5, unfinished_batches=3)
        most = 0

        def watch(_phase: str, _counts: Counts) -> None:
            nonlocal most
            most = max(most, len(workers.batches) - len(workers.outcomes))

        replace(run_check, report=watch)(request(), None, threading.Event())
    assert most == 3
    assert len(market.looks) == 100


def test_items_of_one_mercari_seller_go_together(engine: Engine, shop: Shop) -> None:
    first, second = shop.seller("a"), shop.seller("b")
    for n in range(6):
        shop.listing(first, f"m{n}", source={"marketplace": "mercari", "seller_id": "big"})
        shop.listing(second, f"m1{n}", source={"marketplace": "mercari", "seller_id": f"small{n}"})
    workers = Workers(engine, Market())
    stop = threading.Event()
    thread = threading.Thread(target=_plan_until, args=(engine, workers, stop, Marketplace.MERCARI))
    thread.start()
    batch = workers.queue.get(timeout=10)
    stop.set()
    thread.join(10)
    by_seller = [item.seller_id for item in batch.items]
    assert by_seller.count("big") == 6
    assert len(batch.items) >= 4


def _plan_until(engine: Engine, workers: Workers, stop: threading.Event, market: Marketplace) -> None:
    from mercarich_runs.use_cases.patience import Interrupted

    with pytest.raises(Interrupted):
        planner(engine, workers, batch_items=4)(Request(market, (2, 4)), None, stop)
