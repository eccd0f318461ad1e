"""Planning 10,000, 100,000 and 1,000,000 due items (P4): the planner's own time and memory, real MariaDB and Kafka.

The planner is the product's command with its defaults. A stand-in for the workers reads the batches, and marks their
items as done by one statement per group of batches.
"""

import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import stock
from bench.harness.command import Used, see_through
from bench.harness.parts import Parts, parts
from bench.harness.result import Goal, NotExact, Result, Table
from bench.harness.scale import Scale
from bench.harness.spread import digits, spread
from bench.harness.turns import steps
from sqlalchemy import Engine, text, update

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import CheckBatch
from mercarich_contracts.topics import CHECK, DEAD_LETTERS, TOPICS
from mercarich_db import engine as engines
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import source_items
from mercarich_local.child import search_path
from mercarich_platform.kafka import Consumer, Partition, ensure_topics
from mercarich_platform.outages import BrokerAway

SIZES = (10_000, 100_000, 1_000_000)
SMALL = (500, 2_000)
PLAN_SECONDS = 900.0
BUNCH = 40
"""Batches that the workers' stand-in takes at once."""


def run(scale: Scale) -> Result:
    sizes = scale.of(SIZES, SMALL)
    used: dict[int, Used] = {}
    with parts(buffer_pool="2G") as real, steps("planning", 2 * len(sizes)) as step:
        engine = engines.create(real.mariadb.create_database())
        ensure_topics(f"127.0.0.1:{real.kafka.port}", (*TOPICS, *DEAD_LETTERS))
        for before, size in zip((0, *sizes), sizes, strict=False):
            step(f"{size:,} items, made")
            stock.grow(engine, before, size)
            step(f"{size:,} items, planned")
            used[size] = _planned(real, engine, size)
        engine.dispose()
    return _result(used)


@dataclass(frozen=True, slots=True)
class _Everything:
    """`kafka.Offsets` of a reader that commits nothing."""

    def assigned(self, partitions: Iterable[Partition]) -> None: ...

    def revoked(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        return {}

    def lost(self, partitions: Iterable[Partition]) -> None: ...


def _planned(real: Parts, engine: Engine, size: int) -> Used:
    environment = {
        "PATH": search_path(os.environ, Path(sys.executable).parent),
        "MERCARICH_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "MERCARICH_KAFKA_BOOTSTRAP": f"127.0.0.1:{real.kafka.port}",
    }
    command = ("mercarich", "check_item_yahoo", "2", "4")
    with _workers(real, engine, size) as seen:
        used = see_through(command, environment, real.folder / f"planner-{size}.log", PLAN_SECONDS)
    with reading(engine) as connection:
        run_id, planned = connection.execute(text("SELECT id, planned FROM runs ORDER BY id DESC LIMIT 1")).one()
        done = connection.execute(text("SELECT count(*) FROM source_items WHERE checked_run = :run"), {"run": run_id})
        found = {"planned": planned, "done": done.scalar_one(), "published": sum(seen), "different": len(seen)}
    if set(found.values()) != {size}:
        raise NotExact(f"planning: {found} where {size} was wanted")
    return used


@contextmanager
def _workers(real: Parts, engine: Engine, size: int) -> Iterator[list[int]]:
    """Return how often each item was in a batch; there are as many entries as items were seen."""
    times: dict[int, int] = {}
    seen: list[int] = []
    stop = threading.Event()

    def work() -> None:
        bootstrap, topic = f"127.0.0.1:{real.kafka.port}", CHECK[Marketplace.YAHOO].name
        while True:
            try:
                group = f"bench-{size}"
                reader = Consumer(bootstrap, client_id="bench", group=group, topics=[topic], offsets=_Everything())
                break
            except BrokerAway:  # A machine under load needs more time.
                continue
        newest = 0
        while not stop.is_set():
            batches = [CheckBatch.decode(record.value) for record in reader.poll(0.1, BUNCH)]
            for batch in batches:
                if batch.run_id > newest:  # The topic also holds the batches of the sizes before.
                    newest = batch.run_id
                    times.clear()
            ids = [item.id for batch in batches if batch.run_id == newest for item in batch.items]
            for id in ids:
                times[id] = times.get(id, 0) + 1
            if ids:
                _say_done(engine, newest, ids)
        reader.close()

    thread = threading.Thread(target=work, name="workers", daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join(20)
        seen.extend(times.values())


def _say_done(engine: Engine, run_id: int, ids: Sequence[int]) -> None:
    # Only this run's: a reader that starts late passes over the batches of the sizes before.
    done = update(source_items).where(source_items.c.id.in_(sorted(ids)), source_items.c.check_run == run_id)
    run_tx(engine, lambda connection: connection.execute(done.values(check_run=None, checked_run=run_id)))


def _result(used: Mapping[int, Used]) -> Result:
    sizes = sorted(used)
    largest, before = sizes[-1], sizes[-2]
    linear = (used[largest].cpu / largest) / (used[before].cpu / before)
    rows = [
        [f"{size:,}", digits(one.cpu), digits(one.cpu / size * 1e6), digits(one.seconds), digits(one.peak_mb)]
        for size, one in sorted(used.items())
    ]
    headings = ["due items", "own CPU s", "own CPU µs an item", "wall s, workers' stand-in included", "peak MB"]
    return Result(
        goals=[
            Goal(
                id="P4",
                what=f"planning {largest:,} due items, own time",
                unit="s",
                at_most=10.0,
                value=spread([used[largest].cpu]),
            ),
            Goal(id="P4", what="its peak memory", unit="MB", at_most=80.0, value=spread([used[largest].peak_mb])),
            Goal(
                id="P4",
                what=f"own time an item, {largest:,} against {before:,}",
                unit="×",
                at_most=1.2,
                value=spread([linear]),
            ),
        ],
        tables={"planning": Table(headings, rows)},
        figures={
            f"{size}": {"cpu": one.cpu, "seconds": one.seconds, "peak_mb": one.peak_mb} for size, one in used.items()
        },
    )
