"""One route of Mercari in trouble: through the real proxy, from the simulator's market to the listings."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import select
from tests.integration.checker.shop import Shop, Workers
from tests.integration.checker.test_ordered import Silent, order
from tests.services.proxies import serving

from mercarich_checker.bootstrap import build_planner, build_worker
from mercarich_checker.dependencies import Dependencies
from mercarich_checker.settings import CheckerSettings
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import CheckBatch
from mercarich_db import engine as engines
from mercarich_db.tables import holds, listings, order_items, runs, source_items
from mercarich_mercari_proxy.bootstrap import PROXY
from mercarich_mercari_proxy.settings import MercariProxySettings
from mercarich_platform.settings import SharedSettings
from mercarich_runs.adapters.sources_http import HttpSources
from mercarich_runs.ports import Outcome, Request, Run
from mercarich_simulator.bootstrap import build
from mercarich_simulator.settings import SimulatorSettings

WITHIN = 8.0
SHOPS, ORDINARY, LISTS = "mercari-shops", "mercari-item", "mercari-seller"


@dataclass
class Town:
    """The market of a seller with 169 Mercari sources, of which 18 are Shops products."""

    shop: Shop
    simulator: str
    proxy: str
    database_url: str
    ids: Sequence[str]
    ended: list[Run] = field(default_factory=list)

    @property
    def shops(self) -> Sequence[str]:
        return [item_id for item_id in self.ids if len(item_id) == 22]

    @property
    def ordinary(self) -> Sequence[str]:
        return [item_id for item_id in self.ids if len(item_id) != 22]

    def sim(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = httpx.request(method, f"{self.simulator}/_sim/{path}", json=body, timeout=20, trust_env=False)
        return answer.raise_for_status().json()

    def breaks(self, *operations: str, kind: str = "nothing_there") -> None:
        self.sim("POST", "faults", {"target": "mercari", "kind": kind, "only": operations})

    def sold(self, *item_ids: str) -> None:
        self.sim("POST", "events", {"marketplace": "mercari", "kind": "sold", "ids": item_ids})

    def asked_for(self, operation: str) -> int:
        return int(self.sim("GET", "ledger")["upstream"]["mercari"].get(operation, 0))

    def down(self) -> set[str]:
        return self._of(listings.c.quantity == 0)

    def held(self) -> set[str]:
        return self._of(listings.c.hold_id.is_not(None))

    def _of(self, which: Any) -> set[str]:
        query = select(source_items.c.item_id).join(listings, listings.c.source_item_id == source_items.c.id)
        with engines.reading(self.shop.engine) as connection:
            return set(connection.execute(query.where(which)).scalars())

    def phase(self) -> str | None:
        """Of the newest run."""
        with engines.reading(self.shop.engine) as connection:
            return connection.execute(select(runs.c.phase).order_by(runs.c.id.desc()).limit(1)).scalar()

    def listing_of(self, item_id: str) -> Any:
        query = select(listings).join(source_items, source_items.c.id == listings.c.source_item_id)
        with engines.reading(self.shop.engine) as connection:
            return connection.execute(query.where(source_items.c.item_id == item_id)).one()

    def looked_at(self, source_id: int) -> bool:
        """Whether a look came after its order was read."""
        seen = select(source_items.c.checked_at > order_items.c.seen_at).where(source_items.c.id == source_id)
        seen = seen.join_from(source_items, order_items, order_items.c.source_item_id == source_items.c.id)
        with engines.reading(self.shop.engine) as connection:
            return bool(connection.execute(seen).scalar_one())

    def is_taken(self, source_id: int) -> bool:
        """Whether a worker has taken it for a look, or has seen it, since its run left it out."""
        taken = select(source_items.c.check_attempts > 0, source_items.c.checked_at.is_not(None))
        with engines.reading(self.shop.engine) as connection:
            return any(connection.execute(taken.where(source_items.c.id == source_id)).one())

    def turn_of_a_worker(self) -> None:
        """Each tick of a worker takes one turn, but that which asks the proxy of the settings for its budget."""
        sources = HttpSources(self.proxy, silence_seconds=15)
        given = Dependencies(engine=self.shop.engine, publisher=Silent(), sources=sources)
        worker = build_worker(Marketplace.MERCARI, SharedSettings(), CheckerSettings(), threading.Event(), given)
        for tick in worker.ticks:
            if tick.name != "capacity":
                tick.run()

    def holds(self) -> Sequence[tuple[str, str | None, bool]]:
        """Kind, route, and whether it is open."""
        with engines.reading(self.shop.engine) as connection:
            rows = connection.execute(select(holds).order_by(holds.c.id)).mappings()
            return [(row["kind"], row["route"], row["applied_at"] is None) for row in rows]

    def run(self) -> Run:
        with self.running():
            pass
        return self.ended[-1]

    @contextmanager
    def running(self) -> Iterator[None]:
        """A run that is under way in the block, and has ended after it."""
        sources, stop = HttpSources(self.proxy, silence_seconds=15), threading.Event()
        with Workers(self.shop.engine, sources) as workers:  # type: ignore[arg-type]
            given = Dependencies(engine=self.shop.engine, publisher=Published(workers), sources=sources)
            planner = build_planner(
                Marketplace.MERCARI, SharedSettings(database_url=self.database_url), lambda *_: None, given
            )
            work = threading.Thread(
                target=lambda: self.ended.append(planner(Request(Marketplace.MERCARI, (2, 4)), None, stop))
            )
            work.start()
            try:
                yield
                work.join(WITHIN)
            finally:
                stop.set()
                work.join(WITHIN)


@dataclass
class Published:
    """A publisher whose records workers in threads take at once."""

    workers: Workers

    def publish(self, topic: str, value: bytes, *, key: bytes | None = None, headers: object = None) -> None:
        self.workers.publish(CheckBatch.decode(value))

    def flush(self, timeout: float) -> None: ...


def within(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + WITHIN
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


@pytest.fixture
def town(shop: Shop, database_url: str) -> Iterator[Town]:
    market = SimulatorSettings(seed=1, sellers=1, listings=374, churn_per_hour=0, clock_mode="manual")
    with serving(build(market)) as simulator:  # type: ignore[arg-type]
        upstream = {"upstream_url": f"{simulator}/mercari", "rate_per_second": 5000, "cache_seconds": 0}
        with serving(PROXY.build(MercariProxySettings.model_validate(upstream))) as proxy:
            town = Town(shop, simulator, proxy, database_url, _listed(shop, simulator))
            canaries = town.sim("GET", "seed")["canaries"]["mercari"]
            known = [f"{item_id}=on_sale" for item_id in canaries["available"]]
            shop.setting("CANARY_ITEMS_MERCARI", " ".join([*known, *(f"{one}=gone" for one in canaries["gone"])]))
            for key in ("CANARY_EVERY_SECONDS", "CANARY_RETRY_SECONDS", "BRAKE_CONFIRM_SECONDS"):
                shop.setting(key, 1)
            yield town


def _listed(shop: Shop, simulator: str) -> Sequence[str]:
    seller, ids = shop.seller("a"), []
    rows = httpx.get(f"{simulator}/_sim/seed/listings", params={"limit": 1000}, trust_env=False)
    for row in map(orjson.loads, rows.content.splitlines()):
        if row["marketplace"] == "mercari" and row["source_id"] not in ids:
            source = {"marketplace": "mercari", "seller_id": row["source_seller_id"]}
            shop.listing(seller, row["source_id"], source=source)
            ids.append(row["source_id"])
    return ids


@pytest.mark.parametrize("kind", ["nothing_there", "404_route", "404_gateway", "404_cdn"])
def test_shops_in_trouble_hold_shops_alone_and_until_they_answer_again(town: Town, kind: str) -> None:
    really_sold = {town.shops[0], town.ordinary[0]}
    town.sold(*really_sold)
    town.breaks("shops_product", kind=kind)

    with town.running():
        assert within(lambda: town.down() == {town.ordinary[0]}), "the others go on"
        assert town.holds() == [("canaries", SHOPS, True)]
        assert town.held() == set()
        town.sim("DELETE", "faults")

    assert town.ended[-1].outcome is Outcome.FINISHED
    assert town.down() == really_sold
    assert town.holds() == [("canaries", SHOPS, False)]


def test_what_is_ordered_of_a_route_that_works_is_looked_at_while_the_run_waits_for_another(town: Town) -> None:
    town.breaks("shops_product")

    with town.running():
        assert within(lambda: town.phase() == "held")
        product, ordered = town.listing_of(town.shops[1]), town.listing_of(town.ordinary[1])
        for number, listing in enumerate((product, ordered)):
            order(town.shop.engine, listing, str(number))
        town.turn_of_a_worker()
        assert town.looked_at(ordered.source_item_id)
        assert not town.is_taken(product.source_item_id)
        town.sim("DELETE", "faults")


def test_nothing_ordered_is_looked_at_while_all_routes_are_wrong(town: Town) -> None:
    town.run()
    town.breaks("shops_product", "item", "seller_items")

    with town.running():
        assert within(lambda: town.phase() == "held")
        ordered = town.listing_of(town.ordinary[1])
        order(town.shop.engine, ordered)
        town.turn_of_a_worker()
        assert not town.looked_at(ordered.source_item_id)
        town.sim("DELETE", "faults")


def test_ordinary_items_in_trouble_hold_no_shops(town: Town) -> None:
    town.sold(town.shops[0], town.ordinary[0])
    town.breaks("item", "seller_items")

    with town.running():
        assert within(lambda: town.down() == {town.shops[0]})
        assert town.holds() == [("canaries", ORDINARY, True)]
        town.sim("DELETE", "faults")

    assert town.down() == {town.shops[0], town.ordinary[0]}


def test_calm_canaries_of_ordinary_items_do_not_vouch_for_shops(town: Town) -> None:
    """A few products are missing, no brake holds so few, and no canary shows that their route works."""
    named = next(word for word in _named(town) if len(word) < 22)
    town.shop.setting("CANARY_ITEMS_MERCARI", named)
    town.breaks("shops_product")
    town.sold(town.ordinary[0])

    town.run()

    assert 0 < len(town.shops) < 20
    assert town.down() == {town.ordinary[0]}
    assert town.held() == set(town.shops)
    assert town.holds() == [("unvouched", SHOPS, True)]


def test_what_no_canary_vouched_for_is_settled_by_a_run_with_canaries(town: Town) -> None:
    every = " ".join(_named(town))
    town.shop.setting("CANARY_ITEMS_MERCARI", next(word for word in _named(town) if len(word) < 22))
    town.breaks("shops_product")
    town.run()
    town.sim("DELETE", "faults")
    gone = town.shops[0]
    town.sim("POST", "events", {"marketplace": "mercari", "kind": "deleted", "ids": [gone]})
    town.shop.setting("CANARY_ITEMS_MERCARI", every)

    town.run()

    assert (town.down(), town.held()) == ({gone}, set())
    assert town.holds() == [("unvouched", SHOPS, False)]


def test_empty_lists_of_sellers_are_noticed_and_not_asked_for_any_more(town: Town) -> None:
    for _ in range(3):  # canaries of lists are drawn among what two runs have seen
        town.run()
    before = town.asked_for("seller_items")
    town.breaks("seller_items")
    town.sold(town.ordinary[0])

    town.run()

    assert town.down() == {town.ordinary[0]}
    assert town.holds() == [("canaries", LISTS, False)]
    assert town.asked_for("seller_items") - before <= 6, "canaries alone: three sellers at each look"


def _named(town: Town) -> Sequence[str]:
    canaries = town.sim("GET", "seed")["canaries"]["mercari"]
    return [f"{item_id}=on_sale" for item_id in canaries["available"]]
