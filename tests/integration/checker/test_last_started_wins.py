"""Rows L1 to L8: the newest start of a key wins, whatever started it, and an older run writes nothing more."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine
from tests.integration.checker.shop import Market, Shop, Workers, check, planner, request, until

from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import runs, source_items
from mercarich_platform.clock import utc_now
from mercarich_reasons.runs import NoCanariesToAsk
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.ports import Outcome, Request, Run, Superseded


class _Start:
    """One start of a run in steps that can be interleaved with another's: raise, mark, write a sold item."""

    def __init__(self, engine: Engine, item_ids: dict[str, int]) -> None:
        self._engine, self._items = engine, item_ids
        self.run: Run | None = None
        self.wrote = False
        self._steps: list[Callable[[], None]] = [self._begin, self._mark, self._beat, self._write]

    def step(self) -> None:
        if self._steps:
            try:
                self._steps.pop(0)()
            except Superseded:
                self._steps.clear()

    def _begin(self) -> None:
        self.run = SqlRuns(self._engine).start(request(), None, utc_now())

    def _mark(self) -> None:
        assert self.run
        plan = SqlPlan(self._engine)
        for _ in plan.mark(self.run, request(), plan.sellers(request())):
            pass

    def _beat(self) -> None:
        assert self.run
        SqlRuns(self._engine).beat(self.run, utc_now())

    def _write(self) -> None:
        assert self.run
        items = tuple(BatchItem(id=id, item_id=item_id) for item_id, id in self._items.items())
        run = self.run
        batch = CheckBatch(marketplace=Marketplace.YAHOO, run_id=run.id, generation=run.generation, items=items)
        observations = SqlObservations(self._engine, settings_cache(self._engine, brake_settings))
        market = Market(states=dict.fromkeys(self._items, State.AVAILABLE))
        seen = {id: market.item(item_id) for item_id, id in self._items.items()}
        observations.record(batch, seen, utc_now())
        self.wrote = True


def test_a_beat_between_two_writes_tells_of_a_newer_start(engine: Engine) -> None:
    runs_of, now = SqlRuns(engine), utc_now()
    older = runs_of.start(request(), None, now)
    runs_of.beat(older, now)
    SqlRuns(engine).start(request(), None, now)

    with pytest.raises(Superseded):
        runs_of.beat(older, now)


def test_l2_in_200_random_interleavings_one_start_survives_the_newest(engine: Engine, shop: Shop) -> None:
    seller = shop.seller("a")
    shop.listing(seller, "x1")
    items = {"x1": shop.source("x1").id}
    dice = random.Random(3)
    for _ in range(200):
        starts = [_Start(engine, items) for _ in range(3)]
        order = [start for start in starts for _ in range(4)]
        dice.shuffle(order)
        for start in order:
            start.step()
        newest = max((start.run for start in starts if start.run), key=lambda run: run.generation)
        last_wrote = shop.source("x1").checked_run
        assert shop.head().generation == newest.generation
        assert last_wrote == newest.id
        running = shop.count(runs, runs.c.outcome == "running")
        assert running == 1
        for start in starts:
            assert start.run
            if start.run.id != newest.id:
                assert shop.run(start.run.id).outcome == "superseded"


_STARTER = """
import sys
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_reasons.runs import NoCanariesToAsk
from mercarich_runs.ports import Request
from mercarich_contracts.market import Marketplace
from mercarich_db import engine as engines
from mercarich_platform.clock import utc_now
runs = SqlRuns(engines.create(sys.argv[1]))
for _ in range(50):
    print(runs.start(Request(marketplace=Marketplace.YAHOO, plans=(2, 4)), None, utc_now()).generation)
"""


def test_l2_two_processes_of_50_starts_get_100_generations(engine: Engine, shop: Shop, database_url: str) -> None:
    starters = [
        subprocess.Popen([sys.executable, "-c", _STARTER, database_url], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    given = [int(line) for starter in starters for line in starter.communicate(timeout=60)[0].split()]
    assert sorted(given) == list(range(1, 101))
    assert shop.head().generation == 100
    assert shop.count(runs, runs.c.outcome == "running") == 1
    assert shop.run(shop.head().run_id).outcome == "running"


def test_l3_an_older_run_ends_within_seconds_and_writes_nothing_more(
    engine: Engine, shop: Shop, market: Market
) -> None:
    seller = shop.seller("a")
    for n in range(40):
        shop.listing(seller, f"x{n}")
    market.states = {f"x{n}": State.SOLD for n in range(5)}
    market.gate = threading.Event()
    with Workers(engine, market) as workers, ThreadPoolExecutor(2) as processes:
        first = processes.submit(planner(engine, workers), request(), None, threading.Event())
        until(lambda: bool(workers.batches))
        started = time.monotonic()
        second = SqlRuns(engine).start(request(), None, utc_now())
        assert first.result(10).outcome is Outcome.SUPERSEDED
        assert time.monotonic() - started < 5
        market.gate.set()
        until(lambda: len(workers.outcomes) == len(workers.batches))
    assert set(workers.outcomes) == {"superseded"}
    assert shop.count(source_items, source_items.c.checked_at.is_not(None)) == 0
    assert all(shop.events(listing) == [] for listing in range(1, 41))
    assert second.generation == 2


def test_l1_the_keys_do_not_disturb_each_other(engine: Engine, shop: Shop) -> None:
    yahoo = SqlRuns(engine).start(request(), None, utc_now())
    mercari = SqlRuns(engine).start(Request(Marketplace.MERCARI, (2, 4)), None, utc_now())
    assert SqlRuns(engine).beat(yahoo, utc_now()).planned == 0
    assert SqlRuns(engine).beat(mercari, utc_now()).planned == 0


def test_l5_a_batch_of_an_older_generation_asks_nobody(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("a"), "x1")
    old = SqlRuns(engine).start(request(), None, utc_now())
    SqlRuns(engine).start(request(), None, utc_now())
    item = BatchItem(id=shop.source("x1").id, item_id="x1")
    batch = CheckBatch(marketplace=Marketplace.YAHOO, run_id=old.id, generation=old.generation, items=(item,))
    assert Workers(engine, market).use_case()(batch, threading.Event()) == "superseded"
    assert market.looks == []


def test_l7_a_dual_boot_run_disturbs_nobody_and_is_not_disturbed(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("a"), "x1")
    controlled = SqlRuns(engine).start(request(), None, utc_now())
    run = check(engine, market, request(dual_boot=True))
    assert run.outcome is Outcome.FINISHED
    assert shop.source("x1").state == "available"
    assert shop.run(controlled.id).outcome == "running"


def test_l8_the_same_slot_delivered_twice_is_one_run(engine: Engine, shop: Shop, market: Market) -> None:
    shop.listing(shop.seller("a"), "x1")
    with Workers(engine, market) as workers:
        first = planner(engine, workers)(request(), "check-item-yahoo-29", threading.Event())
        again = planner(engine, workers)(request(), "check-item-yahoo-29", threading.Event())
    assert (again.id, again.outcome) == (first.id, Outcome.FINISHED)
    assert market.looks == ["x1"]
    assert shop.count(runs) == 1


def test_l8_a_jobs_name_is_a_key_of_its_marketplace_alone(engine: Engine, shop: Shop) -> None:
    yahoo = SqlRuns(engine).start(request(), "now", utc_now())
    mercari = SqlRuns(engine).start(Request(Marketplace.MERCARI, (2, 4)), "now", utc_now())
    assert mercari.id != yahoo.id


def test_a_superseded_planner_does_not_write_its_run_any_more(engine: Engine, shop: Shop) -> None:
    old = SqlRuns(engine).start(request(), None, utc_now())
    SqlRuns(engine).start(request(), None, utc_now())
    SqlRuns(engine).enter(old, "held", NoCanariesToAsk())
    SqlRuns(engine).add_held_seconds(old, 5)
    assert (shop.run(old.id).phase, shop.run(old.id).held_seconds) == ("ended", 0)
