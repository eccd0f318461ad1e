"""Connections to the database that break: no item is charged for them, and none waits for a lease."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, or_
from tests.integration.checker.shop import Market, Shop, Workers, planner, request
from tests.services.cutting_proxy import Cut, cutting

from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.ports import Recorded
from mercarich_checker.use_cases.check_batch import BatchOutcome
from mercarich_checker.use_cases.run_check import RunCheck
from mercarich_contracts.market import State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Item
from mercarich_db import engine as engines
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import evidence, listing_events, listings, runs, source_items
from mercarich_platform.clock import utc_now
from mercarich_platform.outages import DatabaseAway
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.ports import Run

LEASE = timedelta(seconds=30)
"""That of production. A row that waits for it even once makes the run longer than `ENOUGH`."""
ITEMS, SOLD = 400, 40
SHARE = 0.15
ENOUGH = timedelta(seconds=100)


class Breaking(SqlObservations):
    """Each kind of call breaks as often as `breaks` says, before or after its commit."""

    def __init__(self, engine: Engine, cut: Cut, breaks: dict[str, int]) -> None:
        super().__init__(engine, settings_cache(engine, brake_settings))
        self._cut, self._breaks = cut, breaks

    def claim(self, batch: CheckBatch, claim: str, until: datetime, now: datetime) -> Sequence[BatchItem]:
        breaks = self._is_broken("claim")
        claimed = super().claim(batch, claim, until, now)
        self._break(breaks)
        return claimed

    def record(self, batch: CheckBatch, seen: Mapping[int, Item], now: datetime) -> Recorded:
        breaks = self._is_broken("record")
        recorded = super().record(batch, seen, now)
        self._break(breaks)
        return recorded

    def release(self, batch: CheckBatch, claim: str) -> None:
        breaks = self._is_broken("release")
        super().release(batch, claim)
        self._break(breaks)

    def _is_broken(self, kind: str) -> bool:
        breaks = self._breaks.get(kind, 0) > 0
        if breaks:
            self._breaks[kind] -= 1
            self._break(self._cut is Cut.BEFORE)
        return breaks

    def _break(self, breaks: bool) -> None:
        if breaks:
            raise DatabaseAway("the connection broke")


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("more", [{}, {"release": 2}], ids=["", "and give back breaks"])
@pytest.mark.parametrize("breaks", [{"claim": 1}, {"record": 1}], ids=["claim", "record"])
def test_who_comes_back_gives_its_own_rows_back(
    engine: Engine, shop: Shop, market: Market, cut: Cut, breaks: Mapping[str, int], more: Mapping[str, int]
) -> None:
    batch = _batch(engine, shop, 30)
    theirs = batch.model_copy(update={"items": batch.items[:1]})
    until = utc_now() + LEASE
    SqlObservations(engine, settings_cache(engine, brake_settings)).claim(theirs, "theirs", until, utc_now())
    worker = Workers(engine, market, lease=LEASE).use_case()
    broken = replace(worker, observations=Breaking(engine, cut, {**breaks, **more}))

    with pytest.raises(DatabaseAway):
        broken(batch, threading.Event())

    charged = or_(source_items.c.check_attempts > 0, source_items.c.check_not_before.is_not(None))
    assert shop.count(source_items, charged) == 1
    assert shop.source(theirs.items[0].item_id).check_attempts == 1, "it is another claim's"
    assert worker(batch, threading.Event()) is BatchOutcome.ANSWERED
    assert shop.count(source_items, source_items.c.checked_run == batch.run_id) == 29
    assert shop.run(batch.run_id).checked == 29


def test_a_row_that_waits_for_its_next_try_goes_on_waiting(engine: Engine, shop: Shop, market: Market) -> None:
    """It has a result, and so is not the claim's any more."""
    batch = _batch(engine, shop, 20)
    market.states = dict.fromkeys((f"x{n}" for n in range(10)), State.UNKNOWN)
    broken = replace(
        Workers(engine, market, lease=LEASE).use_case(),
        observations=Breaking(engine, Cut.AFTER, {"record": 1}),
    )

    with pytest.raises(DatabaseAway):
        broken(batch, threading.Event())

    waits = source_items.c.check_not_before > utc_now()
    assert shop.count(source_items, source_items.c.check_attempts == 0, waits) == 10


def test_a_process_that_is_to_end_does_not_wait_for_the_database(engine: Engine, shop: Shop, market: Market) -> None:
    batch, stop = _batch(engine, shop, 20), threading.Event()
    stop.set()
    away = Breaking(engine, Cut.BEFORE, {"record": 1, "release": 1_000_000})
    with pytest.raises(DatabaseAway):
        replace(Workers(engine, market, lease=LEASE).use_case(), observations=away)(batch, stop)


@pytest.mark.parametrize("cut", Cut)
def test_cut_commits_cost_time_and_no_item(engine: Engine, shop: Shop, market: Market, cut: Cut) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a file has no connection that breaks")
    seller = shop.seller("a")
    ids = [shop.listing(seller, f"x{n}") for n in range(ITEMS)]
    sold = ids[:: ITEMS // SOLD]
    market.states = {f"x{n}": State.SOLD for n in range(0, ITEMS, ITEMS // SOLD)}
    market.at_once = 2
    assert engine.url.port is not None
    with cutting(engine.url.port, share=SHARE) as proxy:
        through = engines.create(engine.url.set(port=proxy.port).render_as_string(hide_password=False), pool_size=10)
        proxy.cut = cut
        with Workers(through, market, lease=LEASE) as workers:
            run = _seen_through(planner(through, workers, batch_items=5, deadline=ENOUGH))
        proxy.cut = None
        through.dispose()

    row = shop.run(run.id)
    assert (row.outcome, row.planned, row.checked, row.set_aside, row.note) == ("finished", ITEMS, ITEMS, 0, None)
    assert proxy.cuts > 10
    assert shop.count(listings, listings.c.quantity == 0, listings.c.id.in_(sold)) == SOLD == row.withdrawn
    assert [shop.events(id) for id in sold] == [["withdrawn"]] * SOLD
    assert shop.count(listing_events) == SOLD
    assert shop.count(evidence) == ITEMS
    assert shop.count(runs) == 1


def _seen_through(run_check: RunCheck) -> Run:
    """Start the planner under one key until its run has ended, as a supervisor does."""
    until = time.monotonic() + ENOUGH.total_seconds()
    while True:
        try:
            return run_check(request(), "key", threading.Event())
        except DatabaseAway:
            assert time.monotonic() < until


def _batch(engine: Engine, shop: Shop, count: int) -> CheckBatch:
    """Return the batch of a run of so many items, marked for it."""
    seller = shop.seller("a")
    for n in range(count):
        shop.listing(seller, f"x{n}")
    run = SqlRuns(engine).start(request(), None, utc_now())
    marking = planner(engine, Workers(engine, Market())).plan
    assert list(marking.mark(run, request(), marking.sellers(request())))
    rows = [row for _, row in marking.due(run, (-1, 0), count, utc_now())]
    assert len(rows) == count
    return CheckBatch(marketplace=run.marketplace, run_id=run.id, generation=run.generation, items=tuple(rows))


def test_a_record_that_comes_again_takes_up_no_rows_that_have_ended_two_workers(engine: Engine, shop: Shop) -> None:
    """Else each repeat makes the whole of the planner's halves again, and ends one more worker."""
    batch, plan = _batch(engine, shop, 4), planner(engine, Workers(engine, Market())).plan
    observed = SqlObservations(engine, settings_cache(engine, brake_settings))
    run, now = Run(batch.run_id, batch.marketplace, batch.generation), utc_now()
    for number, taken in enumerate((4, 4, 0)):
        assert len(observed.claim(batch, f"died {number}", now + LEASE, now)) == taken
        now += 2 * LEASE

    half = [item.id for item in batch.items[:2]]
    assert len(plan.try_again(run, half, now)) == 2
    assert [item.id for item in observed.claim(batch, "again", now + LEASE, now)] == half
