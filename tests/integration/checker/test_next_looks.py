"""Each look leaves in the row when the next one is due, and in the cells how long such sources last."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from tests.integration.checker.shop import Market, Shop

from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.adapters.settings_sql import brake_settings
from mercarich_checker.domain.freshness import AFTER_END, CLOSING_AGAIN, UNKNOWN_AGAIN, look_class
from mercarich_contracts.hazards import PRIOR
from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.schedule import DAY
from mercarich_db import engine as engines
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import hazard_cells
from mercarich_platform.clock import utc_now
from mercarich_runs.ports import Request

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
