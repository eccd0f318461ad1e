"""The figures of a run are of rows: each source once, and what its holds keep back now."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.checker.shop import VOUCHES, Market, Shop, Workers, check, planner, request

from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.use_cases.run_check import make_batch
from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_db import engine as engines
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import holds, listings, run_sellers, source_items
from mercarich_platform.clock import utc_now
from mercarich_reasons.holds import TooManyUnreadable
from mercarich_reasons.reason import Reason
from mercarich_reasons.runs import SecondLookGoesOn, SecondLookWaits
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.domain.brake import HoldKind
from mercarich_runs.ports import Request, Run
from mercarich_web.home.sql import SqlSellersDesk
from mercarich_web.runs.sql.runs import SqlRuns as Pages

EVERYBODY = request()
GONE = {f"x{number}": State.SOLD for number in range(60)}


def _fill(shop: Shop, count: int = 60) -> list[int]:
    seller = shop.seller("a")
    return [shop.listing(seller, f"x{number}") for number in range(count)]


def _observations(engine: Engine) -> SqlObservations:
    return SqlObservations(engine, settings_cache(engine, brake_settings))


def _begun(engine: Engine, asked: Request = EVERYBODY) -> tuple[Run, CheckBatch]:
    """Return a planned run, and one batch of all its items."""
    runs, plan = SqlRuns(engine), SqlPlan(engine)
    run = runs.start(asked, None, utc_now())
    list(plan.mark(run, asked, plan.sellers(asked)))
    items: Sequence[BatchItem] = [item for _, item in plan.due(run, (-1, 0), 1000, utc_now())]
    return run, make_batch(run, asked, items, False)


def _see(engine: Engine, market: Market, batch: CheckBatch) -> None:
    seen = {item.id: market.item(item.item_id) for item in batch.items}
    _observations(engine).record(batch, seen, utc_now())


def test_a_source_that_is_looked_at_twice_is_counted_once(engine: Engine, shop: Shop, market: Market) -> None:
    _fill(shop)
    shop.setting("BRAKE_CONFIRM_SECONDS", 1)
    market.states = dict(GONE)
    row = shop.run(check(engine, market, confirm_after=timedelta(seconds=1.2)).id)

    assert len(market.looked_afresh) == row.looked_again > 0
    assert (row.planned, row.checked, row.available, row.out_of_stock) == (60, 60, 0, 60)


def test_what_a_second_look_finds_on_sale_is_no_longer_out_of_stock(engine: Engine, shop: Shop, market: Market) -> None:
    _fill(shop)
    market.states = dict(GONE)
    run, batch = _begun(engine)
    _see(engine, market, batch)
    assert (shop.run(run.id).available, shop.run(run.id).out_of_stock) == (0, 60)
    market.states = {}
    held = SqlPlan(engine).want_second_look(run, utc_now())
    _see(engine, market, batch)

    row = shop.run(run.id)
    assert (row.planned, row.checked, row.looked_again) == (60, 60, held)
    assert (row.available, row.out_of_stock) == (held, 60 - held)


def test_sources_that_an_earlier_runs_holds_keep_are_planned_when_the_run_takes_them_in(
    engine: Engine, shop: Shop, market: Market
) -> None:
    seller, item = shop.seller("a"), "x1"
    shop.listing(seller, item)
    market.states = {item: State.SOLD}
    first, batch = _begun(engine)
    SqlPlan(engine).open_hold(first, HoldKind.FALLS, TooManyUnreadable(), utc_now())
    _see(engine, market, batch)
    shop.listing(seller, "x2")
    asked = request(skus=(f"S-{seller}-x2",))
    second = SqlRuns(engine).start(asked, None, utc_now())
    plan = SqlPlan(engine)
    list(plan.mark(second, asked, plan.sellers(asked)))
    assert shop.run(second.id).planned == 1
    plan.want_second_look(second, utc_now())
    items = [item for _, item in plan.due(second, (-1, 0), 1000, utc_now())]
    _see(engine, market, make_batch(second, asked, items, True))

    row = shop.run(second.id)
    assert (row.planned, row.checked, row.looked_again) == (2, 2, 0)


def test_what_is_held_is_counted_now_and_what_a_person_released_beside_it(
    engine: Engine, shop: Shop, market: Market
) -> None:
    ids = _fill(shop)
    market.states = dict(GONE)
    run, batch = _begun(engine)
    _see(engine, market, batch)
    before = Pages(engine).progress(run.id)
    assert (before.fallen, before.withdrawn + before.held, before.released) == (60, 60, 0)
    assert before.held == shop.count(listings, listings.c.hold_id.is_not(None)) > 0
    back = next(id for id in ids if shop.offer(id).hold_id is not None)
    on_sale = update(source_items).where(source_items.c.id == shop.offer(back).source_item_id).values(state="available")
    released = update(holds).values(released_at=utc_now(), released_by="ops")
    engines.run_tx(engine, lambda connection: [connection.execute(each) for each in (on_sale, released)])
    _observations(engine).apply_released_holds(Marketplace.YAHOO, utc_now())

    after = Pages(engine).progress(run.id)
    assert (after.fallen, after.withdrawn, after.held) == (60, before.withdrawn, 0)
    assert after.released == before.held - 1
    assert after.withdrawn + after.released == shop.count(listings, listings.c.quantity == 0)
    assert SqlRuns(engine).beat(run, utc_now()).held == 0


def test_the_note_says_when_the_second_look_comes_and_then_that_it_goes_on(
    engine: Engine, shop: Shop, market: Market
) -> None:
    _fill(shop)
    shop.setting("BRAKE_CONFIRM_SECONDS", 1)
    market.states = dict(GONE)
    told: list[Reason | None] = []

    class Noted(SqlRuns):
        def enter(self, run: Run, phase: str, note: Reason | None = None) -> None:
            told.append(note)
            super().enter(run, phase, note)

    with Workers(engine, market) as workers:
        planned = planner(engine, workers, canaries=[VOUCHES], confirm_after=timedelta(seconds=1.2))
        run = replace(planned, runs=Noted(engine))(request(), None, threading.Event())

    waits = [type(note) for note in told if isinstance(note, SecondLookWaits | SecondLookGoesOn)]
    assert (waits[0], waits[-1]) == (SecondLookWaits, SecondLookGoesOn)
    assert waits == sorted(waits, key=lambda kind: kind is SecondLookGoesOn)
    with engines.reading(engine) as connection:
        applied = connection.execute(select(holds.c.applied_at).where(holds.c.run_id == run.id)).scalars().all()
    assert applied
    assert None not in applied


def _part(engine: Engine, run: Run, user_id: int) -> tuple[int, int]:
    """Return the seller's own sources planned and seen in the run; (0, 0) when it has none."""
    own = run_sellers.c
    with engines.reading(engine) as connection:
        mine = select(own.planned, own.seen).where(own.run_id == run.id, own.user_id == user_id)
        found = connection.execute(mine).one_or_none()
    return (0, 0) if found is None else (found.planned, found.seen)


def test_a_shared_source_is_planned_and_seen_for_each_seller_who_offers_it(
    engine: Engine, shop: Shop, market: Market
) -> None:
    sellers = [shop.seller(name) for name in "abc"]
    for user_id in sellers:
        for number in range(20):
            shop.listing(user_id, f"shared{number}")
    shop.listing(sellers[0], "shared0", sku="another of the same source")
    shop.listing(sellers[0], "own")
    run = check(engine, market)

    assert [_part(engine, run, user_id) for user_id in sellers] == [(21, 21), (20, 20), (20, 20)]
    assert (shop.run(run.id).planned, shop.run(run.id).checked) == (21, 21)


def test_a_second_look_is_seen_once_by_seller_too(engine: Engine, shop: Shop, market: Market) -> None:
    _fill(shop)
    shop.setting("BRAKE_CONFIRM_SECONDS", 1)
    market.states = dict(GONE)
    run = check(engine, market, confirm_after=timedelta(seconds=1.2))

    assert _part(engine, run, 1) == (60, 60)


def test_what_a_narrower_run_takes_is_no_longer_planned_for_anybody_in_the_wider_one(
    engine: Engine, shop: Shop, market: Market
) -> None:
    first, second = shop.seller("a"), shop.seller("b")
    for user_id in (first, second):
        shop.listing(user_id, "shared")
    shop.listing(second, "own")
    wide, _ = _begun(engine)
    assert [_part(engine, wide, user_id) for user_id in (first, second)] == [(1, 0), (2, 0)]
    narrow, batch = _begun(engine, request(usernames=("a",)))

    assert [_part(engine, wide, user_id) for user_id in (first, second)] == [(0, 0), (1, 0)]
    _see(engine, market, batch)
    assert _part(engine, narrow, first) == (1, 1)
    assert _part(engine, narrow, second) == (0, 1), "it shares a source with a seller of the run"


@pytest.mark.parametrize("narrow", [{"usernames": ("a",)}, {"skus": ("S-1-x1",)}], ids=["usernames", "skus"])
def test_home_tells_of_the_newest_run_with_a_look_at_an_own_source(
    engine: Engine, shop: Shop, market: Market, narrow: dict[str, tuple[str, ...]]
) -> None:
    first, second = shop.seller("a"), shop.seller("b")
    shop.listing(first, "x1")
    shop.listing(second, "x2")
    everybody = check(engine, market)
    others = check(engine, market, request(**narrow))

    desk = SqlSellersDesk(engine)
    [its] = desk.runs(second)
    assert (its.run_id, its.planned, its.checked, its.share) == (everybody.id, 1, 1, 100)
    assert [run.run_id for run in desk.runs(first)] == [others.id]


def test_how_long_what_fell_was_gone_unseen_is_counted_by_seller(engine: Engine, shop: Shop, market: Market) -> None:
    ann, bob, now = shop.seller("ann"), shop.seller("bob"), utc_now()
    seen = {"state": "available", "checked_at": now - timedelta(hours=4)}
    shop.listing(ann, "sold", source=seen)
    shop.listing(bob, "sold")
    shop.listing(ann, "ended", source=seen | {"end_at": now - timedelta(hours=1)})
    shop.listing(ann, "new")
    shop.listing(bob, "there", source=seen)
    market.states |= dict.fromkeys(("sold", "ended", "new"), State.SOLD)

    run = check(engine, market, canaries=[VOUCHES])

    own = run_sellers.c
    with engines.reading(engine) as connection:
        of_run = select(own.user_id, own.unseen_seconds).where(own.run_id == run.id)
        unseen = {row.user_id: row.unseen_seconds for row in connection.execute(of_run)}
    assert unseen == {ann: pytest.approx(3 * 3600, abs=60), bob: pytest.approx(2 * 3600, abs=60)}
