"""Memory and time of a planner and of a worker over ever more due items: flat memory is the point.

    python -m bench.planner_memory [--items 1000000]

SQLite in a temporary folder, or the empty database that MERCARICH_DATABASE_URL names. Each step is a process of
its own, so that its peak memory is its own: fill, plan (mark, walk, publish; batches are thrown away), mark again,
work (every batch through the worker's use case with a source that answers at once).
"""

import argparse
import multiprocessing
import os
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, Engine, Select, insert, select, update

from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.adapters.settings_sql import SqlBrakeSettings
from mercarich_checker.use_cases.check_batch import CheckBatchItems
from mercarich_checker.use_cases.run_check import make_batch
from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_db import engine as engines
from mercarich_db import schema
from mercarich_db.engine import run_tx
from mercarich_db.tables import amazon_accounts, listings, runs, source_items, users
from mercarich_platform.clock import utc_now
from mercarich_runs.ports import Request, Run
from mercarich_runs.use_cases.publish import Publishing, PublishSettings

SIZES = (10_000, 100_000, 1_000_000)
SELLERS = 20
CHUNK = 10_000
BATCH_ITEMS = 50
REQUEST = Request(marketplace=Marketplace.YAHOO, plans=(2, 4))
SETTINGS = PublishSettings(
    batch_items=BATCH_ITEMS, unfinished_batches=20, republish_after=timedelta(hours=1), attempts=3
)

Step = Callable[[str, int], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=SIZES[-1], help="due items at the end (%(default)s)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mercarich-bench-") as folder:
        url = os.environ.get("MERCARICH_DATABASE_URL", f"sqlite:///{folder}/mercarich.db")
        for size in [*(size for size in SIZES if size < given.items), given.items]:
            for step in (fill, plan, mark, work):
                seconds, megabytes = measured(step, url, size)
                print(f"{size:>9,} items  {step.__name__:<5} {seconds:8.1f} s  peak {megabytes:6.0f} MB", flush=True)  # noqa: T201


def measured(step: Step, url: str, size: int) -> tuple[float, float]:
    """Run a step in a new process; its seconds and the peak of its resident memory."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (step, url, size))


def fill(url: str, size: int) -> None:
    """Bring the database up to so many items, one listing each."""
    engine = engines.create(url)
    schema.upgrade(engine)
    with engine.connect() as connection:
        there = connection.execute(select(source_items.c.id).order_by(source_items.c.id.desc()).limit(1)).scalar() or 0
    if not there:
        run_tx(engine, _insert_sellers)
    for start in range(there + 1, size + 1, CHUNK):
        run_tx(engine, partial(_insert_items, numbers=range(start, min(start + CHUNK, size + 1))))


def plan(url: str, size: int) -> None:
    """Mark all, then walk and publish all."""
    engine = engines.create(url)
    run = _marked(engine, size)
    make = partial(make_batch, run, REQUEST)
    publishing = Publishing(SqlPlan(engine), ThrownAway(engine), SETTINGS, run, make, utc_now)
    while publishing.round():
        pass
    assert not SqlPlan(engine).anything_left(run)


def mark(url: str, size: int) -> None:
    """Mark all, for the next step."""
    _marked(engines.create(url), size)


def work(url: str, size: int) -> None:
    """Claim, answer and record all that is marked."""
    engine = engines.create(url)
    observations = SqlObservations(engine, SqlBrakeSettings(engine))
    check = CheckBatchItems(observations, AllOnSale(), Silent(), utc_now, timedelta(seconds=30))
    with engine.connect() as connection:
        run_id, generation = connection.execute(_newest_run()).one()
    for start in range(1, size + 1, BATCH_ITEMS):
        items = tuple(
            BatchItem(id=number, item_id=_item_id(number))
            for number in range(start, min(start + BATCH_ITEMS, size + 1))
        )
        batch = CheckBatch(marketplace=Marketplace.YAHOO, run_id=run_id, generation=generation, items=items)
        assert check(batch, threading.Event()) == "answered"


class ThrownAway:
    """`ports.Batches`: nobody gets the batch, its rows are done at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def publish(self, batch: CheckBatch) -> None:
        done = update(source_items).where(source_items.c.id.in_([item.id for item in batch.items]))
        done = done.values(check_run=None, checked_run=batch.run_id)
        run_tx(self._engine, lambda connection: connection.execute(done))


class AllOnSale:
    """`ports.Sources` that answers everything at once."""

    def look(
        self, items: Sequence[BatchItem], concurrency: int, stop: threading.Event, *, fresh: bool = False
    ) -> Iterator[Sequence[Item]]:
        yield [_on_sale(item.item_id) for item in items]


class Silent:
    """`ports.Events` that tells nobody."""

    def withdrawn(self, *_: object) -> None: ...


def _marked(engine: Engine, size: int) -> Run:
    run, planner = SqlRuns(engine).start(REQUEST, None, utc_now()), SqlPlan(engine)
    *_, marked = planner.mark(run, REQUEST, planner.sellers(REQUEST))
    assert marked == size, f"{marked:,} marked"
    return run


def _measure(step: Step, url: str, size: int) -> tuple[float, float]:
    began = time.monotonic()
    step(url, size)
    return time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _newest_run() -> Select[int, int]:
    return select(runs.c.id, runs.c.generation).order_by(runs.c.id.desc()).limit(1)


def _insert_sellers(connection: Connection) -> None:
    for number in range(1, SELLERS + 1):
        row = {"username": f"s{number}", "plan": 2, "active": True, "is_staff": False, "created_at": utc_now()}
        connection.execute(insert(users).values(id=number, **row))
        account = {"seller_id": f"A{number}", "marketplace_id": "A1VC38T7YXB528", "refresh_token": ""}
        connection.execute(insert(amazon_accounts).values(user_id=number, token_verdict="valid", **account))


def _insert_items(connection: Connection, numbers: Sequence[int]) -> None:
    fresh = {"marketplace": "yahoo", "state": "unknown", "check_rank": 0, "check_attempts": 0, "check_unknowns": 0}
    sources = [{"id": number, "item_id": _item_id(number), **fresh} for number in numbers]
    connection.execute(insert(source_items), sources)
    connection.execute(insert(listings), [_listing(number) for number in numbers])


def _listing(number: int) -> dict[str, object]:
    offer = {"marketplace": "yahoo", "listed": True, "listing_quantity": 1, "quantity": 1, "searching": False}
    pushed = {"revision": 1, "pushed_revision": 1, "pushed_quantity": 1, "push_attempts": 0, "orphan": False}
    own = {"user_id": number % SELLERS + 1, "sku": f"S{number}", "source_item_id": number}
    return {**offer, **pushed, **own, "created_at": _EPOCH, "changed_at": _EPOCH}


_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def _item_id(number: int) -> str:
    return f"x{number:09d}"


def _on_sale(item_id: str) -> Item:
    seen = Evidence(
        url=f"https://example.test/{item_id}",
        http_status=200,
        body_sha256="0" * 64,
        parser_version="bench",
        extract="on sale",
        fetched_at=utc_now(),
    )
    return Item(marketplace=Marketplace.YAHOO, item_id=item_id, state=State.AVAILABLE, evidence=seen, price_jpy=1000)


if __name__ == "__main__":
    main()
