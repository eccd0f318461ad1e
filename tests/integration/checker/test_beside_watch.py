"""A start of the schedule leaves to the watch what it looks at in time, and takes everything where it does not work."""

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update
from tests.integration.checker.shop import Market, Shop, check, planner, request, until
from tests.integration.checker.test_watch import CLASS, watching, within_a_window

from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.commands import CHECK_ITEM
from mercarich_checker.domain.freshness import SILENT
from mercarich_contracts.hazards import FIRST_LOOK
from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import DAY, SCHEDULE
from mercarich_db import engine as engines
from mercarich_db.tables import capacities, restorations, runs, source_items
from mercarich_platform.clock import utc_now
from mercarich_reasons.runs import LeftToWatch
from mercarich_runs.ports import Operation, Outcome, Request

HOUR = timedelta(hours=1)

__all__ = ["within_a_window"]  # here, too, a window may not end within a test


def of_schedule(name: str) -> Request:
    """Return the request of a row of the schedule, as its command reads it."""
    [row] = [row for row in SCHEDULE if row.name == name]
    return CHECK_ITEM.parse(Marketplace.YAHOO, row.command[1:])[0]


def looked_at(age: timedelta, **more: Any) -> Mapping[str, Any]:
    return {"state": "available", "checked_at": utc_now() - age, "look_class": CLASS, **more}


def a_window(engine: Engine, heard_at: datetime) -> None:
    """Add a window of the watch that gave its last sign of life then."""
    run = SqlRuns(engine, Operation.WATCH).start(Request(Marketplace.YAHOO, (), dual_boot=True), None, heard_at)
    heard = update(runs).where(runs.c.id == run.id).values(heartbeat_at=heard_at)
    engines.run_tx(engine, lambda connection: connection.execute(heard))


@pytest.fixture
def sources(shop: Shop) -> None:
    """Sources of a seller with two checks a day, and of one with four."""
    two, four = shop.seller("two"), shop.seller("four", plan=4)
    for name, seller in (("two", two), ("four", four)):
        shop.listing(seller, f"{name}-new")
        shop.listing(seller, f"{name}-1h", source=looked_at(HOUR))
        shop.listing(seller, f"{name}-8h", source=looked_at(8 * HOUR))
        shop.listing(seller, f"{name}-16h", source=looked_at(16 * HOUR))
        shop.listing(seller, f"{name}-ends", source=looked_at(HOUR, look_class=None, due_at=utc_now() + HOUR))
        shop.listing(seller, f"{name}-out-of-order", source=looked_at(HOUR, look_class=None))


LEFT = {"two-1h", "two-8h", "two-ends", "four-1h", "four-ends"}


@pytest.mark.usefixtures("sources")
def test_it_takes_what_is_new_overdue_or_not_in_the_order_of_the_watch(
    engine: Engine, shop: Shop, market: Market
) -> None:
    a_window(engine, utc_now())

    run = check(engine, market, of_schedule("check-item-yahoo"))

    assert {name for name in market.looks if name in LEFT} == set()
    assert len(market.looks) == 7
    row = shop.run(run.id)
    assert (row.outcome, row.planned, row.checked) == ("finished", 7, 7)
    assert row.note == LeftToWatch()


@pytest.mark.usefixtures("sources")
def test_the_row_of_four_checks_a_day_takes_these_sellers_alone(engine: Engine, shop: Shop, market: Market) -> None:
    a_window(engine, utc_now())

    check(engine, market, of_schedule("check-item-yahoo-4"))

    assert sorted(market.looks) == ["four-16h", "four-8h", "four-new", "four-out-of-order"]


@pytest.mark.parametrize("why", ["no watch", "silent", "off", "restored"])
@pytest.mark.usefixtures("sources")
def test_where_the_watch_does_not_work_it_takes_everything(
    engine: Engine, shop: Shop, market: Market, why: str
) -> None:
    if why != "no watch":
        a_window(engine, utc_now() - (2 * SILENT if why == "silent" else timedelta()))
    if why == "off":
        shop.setting("WATCH_SHARE", 0)
    if why == "restored":
        restored = insert(restorations).values(restored_at=utc_now())
        engines.run_tx(engine, lambda connection: connection.execute(restored))

    run = check(engine, market, of_schedule("check-item-yahoo"))

    assert len(market.looks) == 12
    assert shop.run(run.id).note is None


@pytest.mark.usefixtures("sources")
def test_what_a_person_types_takes_everything(engine: Engine, shop: Shop, market: Market) -> None:
    a_window(engine, utc_now())

    check(engine, market)

    assert len(market.looks) == 12


def test_it_does_not_end_a_run_that_looks_at_everything_and_such_a_run_ends_it(engine: Engine, shop: Shop) -> None:
    seller = shop.seller("a")
    shop.listing(seller, "x")
    beside, whole = of_schedule("check-item-yahoo"), request()
    started = SqlRuns(engine)
    first = started.start(whole, None, utc_now())
    second = started.start(beside, None, utc_now())
    assert (shop.run(first.id).outcome, shop.run(second.id).outcome) == (Outcome.RUNNING, Outcome.RUNNING)

    started.start(whole, None, utc_now())

    assert (shop.run(first.id).outcome, shop.run(second.id).outcome) == (Outcome.SUPERSEDED, Outcome.SUPERSEDED)


def test_the_watch_looks_at_once_at_what_nobody_has_looked_at(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    for number in range(60):
        shop.listing(seller, f"x{number}", source=looked_at(DAY))
    shop.listing(seller, "new", source={"look_class": FIRST_LOOK})
    with watching(engine, market):
        until(lambda: shop.source("new").checked_at is not None)
        until(lambda: shop.source("new").look_class is not None)

    assert market.looks.index("new") < 35
    assert shop.source("new").look_class != FIRST_LOOK


def test_many_new_sources_hold_up_no_auction_that_has_ended(engine: Engine, shop: Shop, market: Market) -> None:
    seller, now = shop.seller("a"), utc_now()
    for number in range(150):
        shop.listing(seller, f"new{number}", source={"look_class": FIRST_LOOK})
    shop.listing(seller, "ended", source=looked_at(HOUR, due_at=now - HOUR / 60))
    with watching(engine, market):
        until(lambda: shop.source("ended").checked_at > now)

    assert market.looks.index("ended") < 35


def test_what_an_ended_run_has_left_marked_the_next_start_takes(engine: Engine, shop: Shop, market: Market) -> None:
    seller = shop.seller("a")
    shop.listing(seller, "left", source=looked_at(HOUR))
    shop.listing(seller, "free", source=looked_at(HOUR))
    runs_of, asked = SqlRuns(engine), request(skus=(f"S-{seller}-left",))
    dead = runs_of.start(asked, None, utc_now())
    plan = SqlPlan(engine)
    list(plan.mark(dead, asked, plan.sellers(asked)))
    runs_of.end(dead, Outcome.FAILED, utc_now())
    a_window(engine, utc_now())

    check(engine, market, of_schedule("check-item-yahoo"))

    assert market.looks == ["left"]


@pytest.mark.parametrize(("share", "left"), [(0.01, False), (0.5, True), (1, True)])
def test_a_watch_whose_share_is_too_small_for_the_plans_gets_nothing(
    engine: Engine, shop: Shop, market: Market, share: float, left: bool
) -> None:
    shop.listing(shop.seller("a"), "x", source=looked_at(HOUR))
    demand = {"sources": 10_000, "calls": 10_000, "often_sources": 0, "often_calls": 0, "counted_at": utc_now()}
    told = {"allowed_per_second": 0.5, "in_force_per_second": 0.5, "heard_at": utc_now()}
    row = insert(capacities).values(marketplace="yahoo", **demand, **told)
    engines.run_tx(engine, lambda connection: connection.execute(row))
    shop.setting("WATCH_SHARE", share)
    a_window(engine, utc_now())

    check(engine, market, of_schedule("check-item-yahoo"))

    assert market.looks == ([] if left else ["x"])


def test_a_run_and_the_watch_share_the_work_of_a_slot(engine: Engine, shop: Shop, market: Market) -> None:
    """Both at once, as on each day: what one of them has looked at, the other leaves.

    A run takes what the watch has on its way, so that a source of which the look is not noted yet is looked at twice.
    """
    seller = shop.seller("a")
    everything = {f"{age}{number}" for age in ("old", "new") for number in range(30)}
    for name in sorted(everything):
        shop.listing(seller, name, source=looked_at(13 * HOUR) if name.startswith("old") else {})
    with watching(engine, market) as workers:
        until(lambda: bool(seen_lately(engine)))
        before = seen_lately(engine)
        planner(engine, workers)(of_schedule("check-item-yahoo"), None, threading.Event())
        until(lambda: seen_lately(engine) == everything)

    looks = Counter(look for look in market.looks if look != "alive")
    assert set(looks) == everything
    assert {name: looks[name] for name in before} == dict.fromkeys(before, 1)
    assert max(looks.values()) <= 2


def seen_lately(engine: Engine) -> set[str]:
    lately = select(source_items.c.item_id).where(source_items.c.checked_at > utc_now() - HOUR)
    with engines.reading(engine) as connection:
        return set(connection.execute(lately).scalars())
