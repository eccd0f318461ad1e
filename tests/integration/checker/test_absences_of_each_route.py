"""Many products of Mercari Shops are missing at once: they wait for a person, and a missing ordinary item does not."""

from typing import Any

from sqlalchemy import Engine, select
from tests.integration.checker.shop import Shop

from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.adapters.settings_sql import brake_settings
from mercarich_contracts.market import Marketplace, Reason, RouteName, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_db import engine as engines
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import holds, listings, source_items
from mercarich_platform.clock import utc_now
from mercarich_reasons.holds import TooManyAbsent
from mercarich_runs.ports import Request

SHOPS = [f"AbCdEfGhIjKlMnOpQrS{n:03}" for n in range(25)]
ORDINARY = ["m10000000001", "m10000000002"]


def _missing(item_id: str) -> Item:
    parser = RouteName.MERCARI_SHOPS if item_id in SHOPS else RouteName.MERCARI_ITEM
    proof = Evidence(
        url="u",
        http_status=404,
        body_sha256="0",
        parser_version=f"{parser}/2",
        extract="no such item",
        fetched_at=utc_now(),
    )
    return Item(
        marketplace=Marketplace.MERCARI,
        item_id=item_id,
        state=State.GONE,
        reason=Reason.NOT_FOUND,
        evidence=proof,
    )


def _down(shop: Shop) -> set[str]:
    query = select(source_items.c.item_id).join(listings, listings.c.source_item_id == source_items.c.id)
    with engines.reading(shop.engine) as connection:
        return set(connection.execute(query.where(listings.c.quantity == 0)).scalars())


def test_many_missing_products_of_shops_hold_no_ordinary_item(engine: Engine, shop: Shop) -> None:
    seller = shop.seller("a")
    for item_id in [*SHOPS, *ORDINARY]:
        shop.listing(seller, item_id, source={"marketplace": "mercari"})
    request = Request(Marketplace.MERCARI, (2, 4))
    run, plan = SqlRuns(engine).start(request, None, utc_now()), SqlPlan(engine)
    for _ in plan.mark(run, request, plan.sellers(request)):
        pass

    for bunch in ([*SHOPS, ORDINARY[0]], [ORDINARY[1]]):
        _record(engine, shop, run.id, run.generation, bunch)

    assert _down(shop) == set(ORDINARY)
    with engines.reading(engine) as connection:
        [hold] = connection.execute(select(holds)).all()
    assert (hold.kind, hold.route, hold.user_id) == ("absences", RouteName.MERCARI_SHOPS, seller)
    assert hold.reason == TooManyAbsent(25, 26, RouteName.MERCARI_SHOPS)


def _record(engine: Engine, shop: Shop, run_id: int, generation: int, bunch: list[str]) -> Any:
    items = tuple(BatchItem(id=shop.source(item_id).id, item_id=item_id) for item_id in bunch)
    batch = CheckBatch(marketplace=Marketplace.MERCARI, run_id=run_id, generation=generation, items=items)
    observations = SqlObservations(engine, settings_cache(engine, brake_settings))
    return observations.record(batch, {item.id: _missing(item.item_id) for item in items}, utc_now())
