"""Each look leaves in the row when the next one is due, and in the cells how long such sources last."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.checker.shop import Market, Shop

from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.adapters.watch_sql import SqlWatched
from mercarich_checker.domain.freshness import AFTER_END, CLOSING_AGAIN, UNKNOWN_AGAIN, look_class
from mercarich_contracts.hazards import PRIOR
from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.schedule import DAY
from mercarich_db import engine as engines
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import hazard_cells, listing_creations, source_items
from mercarich_listings import store
from mercarich_platform.clock import utc_now
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.ports import Operation, Request, Run

HOUR = timedelta(hours=1)


class Looks:
    """A run's looks at all sources of the shop."""

    def __init__(self, engine: Engine, shop: Shop, item_ids: list[str]) -> None:
        self._shop = shop
        self._ids = {item_id: shop.source(item_id).id for item_id in item_ids}
        self.observations = SqlObservations(engine, settings_cache(engine, brake_settings))
        self._engine = engine

    def at(self, now: datetime, seen: Mapping[str, Item]) -> None:
        run = SqlRuns(self._engine).start(request := Request(Marketplace.YAHOO, plans=(2, 4)), None, now)
        plan = SqlPlan(self._engine)
        list(plan.mark(run, request, plan.sellers(request)))
        items = tuple(BatchItem(id=id, item_id=item_id) for item_id, id in self._ids.items())
        batch = CheckBatch(marketplace=Marketplace.YAHOO, run_id=run.id, generation=run.generation, items=items)
        self.observations.record(batch, {self._ids[item_id]: item for item_id, item in seen.items()}, now)


@pytest.fixture
def looks(engine: Engine, shop: Shop) -> Looks:
    shop.setting("BRAKE_CONFIRM_SECONDS", 600)
    two, four = shop.seller("two", plan=2), shop.seller("four", plan=4)
    known = {"state": "available", "checked_at": utc_now() - HOUR}
    shop.listing(two, "two", source=known)
    shop.listing(four, "four", source=known)
    shop.listing(two, "down", source=known, quantity=0)
    return Looks(engine, shop, ["two", "four", "down"])


def test_what_a_page_tells_of_how_long_the_source_lasts_is_kept(shop: Shop, market: Market, looks: Looks) -> None:
    now = utc_now()
    ends, began = now + HOUR, now - 50 * HOUR
    said = {"end_at": ends, "auto_extend": True, "bids": 2, "likes": 7, "start_at": began, "updated_at": now}
    looks.at(now, {"two": market.item("two").model_copy(update=said)})
    row = shop.source("two")
    assert (row.end_at, row.auto_extend, row.bids, row.likes) == (ends, True, 2, 7)
    assert (row.item_created_at, row.item_updated_at) == (began, now)
    assert row.due_at == ends + AFTER_END

    looks.at(now + HOUR / 2, {"two": market.item("two")})
    row = shop.source("two")
    assert (row.end_at, row.bids, row.due_at) == (ends, 2, ends + AFTER_END)


def test_sources_are_in_the_class_of_their_hazard_and_plan_and_in_none_when_not_on_sale(
    shop: Shop, market: Market, looks: Looks
) -> None:
    looks.at(utc_now(), {item_id: market.item(item_id) for item_id in ("two", "four")})
    prior = PRIOR[Marketplace.YAHOO]
    classes = {item_id: shop.source(item_id).look_class for item_id in ("two", "four", "down")}
    assert classes == {"two": look_class(prior, DAY / 2), "four": look_class(prior, DAY / 4), "down": None}


def _sent(engine: Engine, shop: Shop, listing_id: int, state: str) -> None:
    """Its offer was sent to Amazon, which is read in five minutes."""
    row = {"listing_id": listing_id, "user_id": shop.offer(listing_id).user_id, "way": "create", "quantity": 1}
    row |= {"asked_at": utc_now(), "state": state, "attempts": 1, "sent_at": utc_now(), "condition_type": "used_good"}
    row |= {"not_before": utc_now() + HOUR / 12, "asin": "B0EXAMPLE1", "price_jpy": 2980}
    engines.run_tx(engine, lambda connection: connection.execute(listing_creations.insert().values(row)))


def _window(engine: Engine) -> Run:
    return SqlRuns(engine, Operation.WATCH).start(Request(Marketplace.YAHOO, plans=(), dual_boot=True), "w", utc_now())


def _look(looks: Looks, run: Run, source_id: int, item: Item, now: datetime) -> None:
    """A look of the window at a source that it has taken."""
    batch = CheckBatch(
        marketplace=Marketplace.YAHOO,
        run_id=run.id,
        generation=run.generation,
        items=(BatchItem(id=source_id, item_id=item.item_id),),
    )
    looks.observations.record(batch, {source_id: item}, now)


@pytest.mark.parametrize(("state", "is_watched"), [("sent", True), ("waiting", False)])
def test_the_source_of_a_new_offer_is_watched_from_the_time_that_it_is_sent(
    engine: Engine, shop: Shop, market: Market, looks: Looks, state: str, is_watched: bool
) -> None:
    new = shop.listing(shop.seller("new", plan=4), "new", listed=False, source={"state": "available"})
    _sent(engine, shop, new, state)
    source_id = shop.source("new").id
    engines.run_tx(engine, lambda connection: store.look_soon(connection, [source_id]))
    run = _window(engine)

    SqlWatched(engine).take(run, 5, frozenset(), utc_now())

    assert (shop.source("new").check_run == run.id) is is_watched
    if is_watched:
        _look(looks, run, source_id, market.item("new"), utc_now())
        assert shop.source("new").look_class is not None, "it keeps its place"


@pytest.mark.parametrize("state", ["sent", "waiting"])
def test_a_look_that_sees_the_source_of_a_sent_offer_gone_has_feed_see_to_it_at_once(
    engine: Engine, shop: Shop, market: Market, looks: Looks, state: str
) -> None:
    new = shop.listing(shop.seller("new", plan=4), "new", listed=False, source={"state": "available"})
    _sent(engine, shop, new, state)
    now, source_id, run = utc_now(), shop.source("new").id, _window(engine)
    taken = update(source_items).where(source_items.c.id == source_id).values(check_run=run.id)
    engines.run_tx(engine, lambda connection: connection.execute(taken))
    market.states["new"] = State.SOLD

    _look(looks, run, source_id, market.item("new"), now)

    with engines.reading(engine) as connection:
        not_before = connection.execute(select(listing_creations.c.not_before)).scalar_one()
    assert (not_before <= now) is (state == "sent")
    assert shop.events(new) == [], "it is no offer yet"


@pytest.mark.parametrize(("falls_held_from", "second_look"), [(1, timedelta(seconds=600)), (20, None)])
def test_a_second_look_is_due_at_what_a_hold_keeps_and_no_look_at_what_came_down(
    shop: Shop, market: Market, looks: Looks, falls_held_from: int, second_look: timedelta | None
) -> None:
    shop.setting("BRAKE_LISTINGS", falls_held_from)
    now = utc_now()
    looks.at(now, {"two": market.item("two")})
    market.states["two"] = State.SOLD
    looks.at(now + HOUR, {"two": market.item("two")})
    row = shop.source("two")
    assert (row.look_class, row.due_at) == (None, second_look and now + HOUR + second_look)


def test_an_answer_that_tells_nothing_only_waits(shop: Shop, market: Market, looks: Looks) -> None:
    shop.setting("CHECK_UNKNOWNS", 1)
    now = utc_now()
    closing, blocked = (
        market.item(item_id).model_copy(update={"state": State.UNKNOWN, "reason": reason})
        for item_id, reason in (("two", Reason.CLOSING), ("four", Reason.BLOCKED))
    )
    before = shop.source("two").checked_at
    looks.at(now, {"two": closing, "four": blocked})
    assert (shop.source("two").check_not_before, shop.source("two").checked_at) == (now + CLOSING_AGAIN, before)
    assert shop.source("four").check_not_before == now + UNKNOWN_AGAIN


def test_what_looks_show_of_a_cell_is_added_to_its_row(
    engine: Engine, shop: Shop, market: Market, looks: Looks
) -> None:
    market.states["four"] = State.SOLD
    first = shop.source("two").checked_at
    looks.at(first + HOUR, {"two": market.item("two"), "four": market.item("four")})
    looks.observations.store_learnt(utc_now())
    looks.at(first + 2 * HOUR, {"two": market.item("two"), "four": market.item("four")})
    looks.observations.store_learnt(utc_now())
    looks.observations.store_learnt(utc_now())
    with engines.reading(engine) as connection:
        cells = {row.cell: row for row in connection.execute(select(hazard_cells))}
    assert sum(row.gone for row in cells.values()) == 1
    assert sum(row.alive_seconds for row in cells.values()) == pytest.approx(2.5 * 3600, abs=5)
