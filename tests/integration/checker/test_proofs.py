"""Responses that prove nothing take nothing down: through the proxy's observer and the checker's rows, repeatedly."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Engine
from tests.integration.checker.shop import Shop
from tests.integration.checker.unproven import JSON_ROUTE, Wire, of_mercari, of_shops, of_yahoo

from mercarich_checker.adapters.counted import CountedObservations
from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Item
from mercarich_db.settings_cache import settings_cache
from mercarich_marketplace.breaker import Breaker, Rules
from mercarich_marketplace.client import Received
from mercarich_marketplace.egress import Egress, Guards
from mercarich_marketplace.metrics import ProxyMetrics
from mercarich_marketplace.observer import Observer
from mercarich_marketplace.pace import Pace
from mercarich_marketplace.ports import Marketplace as Market
from mercarich_marketplace.turns import Flow, Turns
from mercarich_mercari_proxy.adapters import web as mercari
from mercarich_mercari_proxy.adapters.dpop import Signer
from mercarich_platform.cache import Cache
from mercarich_platform.clock import utc_now
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.ports import Request
from mercarich_yahoo_proxy.adapters import web as yahoo

START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
APART = timedelta(minutes=2)
CASES: dict[str, tuple[Marketplace, str, Callable[[], Iterator[Wire]]]] = {
    "yahoo": (Marketplace.YAHOO, "x12000{:05}", of_yahoo),
    "mercari": (Marketplace.MERCARI, "m00000{:05}", of_mercari),
    "shops": (Marketplace.MERCARI, "AbCdEfGhIjKlMnOpQ{:05}", of_shops),
}


class Internet:
    """A client of the proxy that gets, for each item, its response."""

    def __init__(self, of: Mapping[str, Wire]) -> None:
        self._of = of

    async def ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Received:
        item_id, wire = next((item_id, wire) for item_id, wire in self._of.items() if item_id in url)
        if JSON_ROUTE in url and wire.as_json is not None:
            wire = wire.as_json
        given = {name: value.replace("{id}", item_id) for name, value in wire.headers.items()}
        return Received(wire.status, given, wire.body.replace("{id}", item_id).encode())

    async def close(self) -> None: ...


def looked_at(name: Marketplace, of: Mapping[str, Wire], now: datetime) -> Sequence[Item]:
    """Return each item as a proxy sees it that has just started. Nothing slows it down or stops it."""

    def market(egress: Egress) -> Market:
        if name is Marketplace.YAHOO:
            return yahoo.WebMarket(egress, "http://yahoo")
        return mercari.WebMarket(egress, "http://mercari", Signer(utc_now))

    async def scene() -> list[Item]:
        never = Rules(min_calls=10**9, min_pages=10**9, block_streak=10**9)
        guards = Guards(Turns(Pace(1e6), 64), Breaker(never), ProxyMetrics(name), utc=lambda: now)
        watching = Observer(market(Egress(Internet(of), guards)), guards, cache=Cache(0))
        return await asyncio.gather(*(watching.look(item_id, Flow()) for item_id in of))

    return asyncio.run(scene())


def test_there_are_enough_cases() -> None:
    names = [(kind, wire.name) for kind, (_, _, cases) in CASES.items() for wire in cases() if wire.proves is None]

    assert len(names) == len(set(names)) >= 150


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("times", [2, 10])
def test_what_proves_nothing_takes_nothing_down(engine: Engine, shop: Shop, kind: str, times: int) -> None:
    """Each look is by a proxy that has just started; the looks of one run are minutes apart."""
    marketplace, form, cases = CASES[kind]
    of = {form.format(number): wire for number, wire in enumerate(cases())}
    seller = shop.seller("a")
    source = {"marketplace": marketplace.value, "state": "available"}
    offers = {item_id: shop.listing(seller, item_id, source=source) for item_id in of}
    shop.setting("CHECK_UNKNOWNS", 20)
    run, plan = SqlRuns(engine).start(request := Request(marketplace, plans=(2, 4)), None, START), SqlPlan(engine)
    assert sum(1 for _ in plan.mark(run, request, plan.sellers(request))) > 0
    ids = {item_id: shop.source(item_id).id for item_id in of}
    batch = CheckBatch(
        marketplace=marketplace,
        run_id=run.id,
        generation=run.generation,
        items=tuple(BatchItem(id=row_id, item_id=item_id) for item_id, row_id in ids.items()),
    )
    observations = SqlObservations(engine, settings_cache(engine, brake_settings))
    for look in range(times):
        now = START + look * APART
        seen = {ids[item.item_id]: item for item in looked_at(marketplace, of, now)}
        observations.record(batch, seen, now)

    down = {item_id: of[item_id].name for item_id, offer in offers.items() if shop.offer(offer).quantity == 0}
    proved = {item_id: wire for item_id, wire in of.items() if wire.proves is not None}
    assert down == {item_id: wire.name for item_id, wire in proved.items()}
    for item_id, wire in of.items():
        assert shop.source(item_id).state == (wire.proves or State.AVAILABLE), wire.name


def test_a_first_miss_is_in_the_row_and_proves_nothing_within_a_minute(engine: Engine, shop: Shop) -> None:
    said = next(wire for wire in of_yahoo() if wire.looks == 2)
    item_id = "x1200000000"
    offer = shop.listing(shop.seller("a"), item_id, source={"state": "available"})
    run, plan = SqlRuns(engine).start(request := Request(Marketplace.YAHOO, plans=(2, 4)), None, START), SqlPlan(engine)
    list(plan.mark(run, request, plan.sellers(request)))
    item = BatchItem(id=shop.source(item_id).id, item_id=item_id)
    batch = CheckBatch(marketplace=Marketplace.YAHOO, run_id=run.id, generation=run.generation, items=(item,))
    observations = CountedObservations(SqlObservations(engine, settings_cache(engine, brake_settings)))
    before = {state: _counted(state) for state in (State.UNKNOWN, State.GONE)}

    def look(seconds: int, wire: Wire = said) -> None:
        now = START + timedelta(seconds=seconds)
        [seen] = looked_at(Marketplace.YAHOO, {item_id: wire}, now)
        observations.record(batch, {item.id: seen}, now)

    look(0)
    assert (shop.source(item_id).missed_at, shop.source(item_id).check_problem) == (START, "not_found_once")
    look(59)
    look(70, Wire("an outage meanwhile", 503))
    assert (shop.source(item_id).missed_at, shop.offer(offer).quantity) == (START, 1)
    look(80)
    assert (shop.source(item_id).missed_at, shop.source(item_id).state, shop.offer(offer).quantity) == (None, "gone", 0)
    assert {state: _counted(state) - before[state] for state in before} == {State.UNKNOWN: 3, State.GONE: 1}


def _counted(state: State) -> float:
    labels = {"marketplace": "yahoo", "state": state}
    return REGISTRY.get_sample_value("mercarich_checker_items_total", labels) or 0.0
