"""Light load (P8): the time from a message in Kafka to its item's commit, on real Kafka and MariaDB.

40 messages a second with one item each pass through checker and proxy with their defaults, except for the budget, which
is never reached. The commit is the moment at which another connection sees it, which polls every few milliseconds.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from bench.harness.parts import market, parts
from bench.harness.processes import processes
from bench.harness.result import Goal, NotExact, Result, Table
from bench.harness.scale import Scale
from bench.harness.spread import digits, percentile, spread
from bench.harness.turns import steps
from bench.ours import Product, Setup
from bench.source import LATENCY_SECONDS
from sqlalchemy import Engine, select
from tests.services.process import free_port

from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import CheckBatch
from mercarich_contracts.topics import CHECK, DEAD_LETTERS, TOPICS
from mercarich_db.engine import reading
from mercarich_db.tables import source_items
from mercarich_platform.clock import utc_now
from mercarich_platform.kafka import Publisher, ensure_topics
from mercarich_runs.adapters.messages_kafka import KafkaBatches
from mercarich_runs.ports import Request

A_SECOND = 40.0
ITEMS, SMALL = 2_000, 100
WARM_UP = 40
LOOK_SECONDS = 0.004
SETUP = Setup(marketplace="mercari", batches=8, calls=64)
REQUEST = Request(marketplace=Marketplace.MERCARI, plans=(2, 4))


def run(scale: Scale) -> Result:
    waits: dict[str, list[float]] = {"p50": [], "p99": []}
    with parts() as real, market() as source, steps("light load", scale.rounds) as step:
        product = Product(real, SETUP)
        ensure_topics(f"127.0.0.1:{real.kafka.port}", (*TOPICS, *DEAD_LETTERS))
        for number in range(scale.rounds):
            step(f"run {number + 1} of {scale.rounds}")
            product.fill(scale.of(ITEMS, SMALL))
            with processes(real.folder / f"light-load-{number}") as started:
                port = free_port()
                product.start_workers(started, [product.environment(source, port)], [port])
                took = _through(product.engine, f"127.0.0.1:{real.kafka.port}")
            waits["p50"].append(percentile(took, 0.5) * 1_000)
            waits["p99"].append(percentile(took, 0.99) * 1_000)
    http = LATENCY_SECONDS * 1_000
    goals = [
        Goal(
            id="P8", what="light load, message → commit, p50", unit="ms", at_most=http + 20, value=spread(waits["p50"])
        ),
        Goal(id="P8", what="the same, p99", unit="ms", at_most=http + 100, value=spread(waits["p99"])),
    ]
    row = [f"{digits(A_SECOND)} a second", digits(http), str(spread(waits["p50"])), str(spread(waits["p99"]))]
    table = Table(["messages of one item", "of it the market, ms", "p50 ms", "p99 ms"], [row])
    return Result(goals=goals, tables={"light_load": table}, figures=waits)


def _through(engine: Engine, bootstrap: str) -> list[float]:
    """Return the seconds of each item. Raises `NotExact` when one is not committed."""
    plan, run = SqlPlan(engine), SqlRuns(engine).start(REQUEST, None, utc_now())
    *_, _ = plan.mark(run, REQUEST, plan.sellers(REQUEST))
    rows = [row for _, row in plan.due(run, (-1, 0), ITEMS, utc_now())]
    publisher = Publisher(bootstrap, client_id="bench", topics=TOPICS)
    batches = KafkaBatches(publisher, CHECK)
    sent: dict[int, float] = {}
    with _seen(engine, [row.id for row in rows]) as seen:
        began = time.monotonic()
        for number, row in enumerate(rows):
            time.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
            sent[row.id] = time.monotonic()
            batch = CheckBatch(
                marketplace=run.marketplace, run_id=run.id, generation=run.generation, items=(row,), max_workers=4
            )
            batches.publish(batch)
        deadline = time.monotonic() + 30
        while len(seen) < len(rows) and time.monotonic() < deadline:
            time.sleep(0.1)
    publisher.close()
    if set(seen) != set(sent):
        raise NotExact(f"light load: {len(seen)} of {len(sent)} items were committed")
    return [seen[row.id] - sent[row.id] for row in rows[WARM_UP:]]


@contextmanager
def _seen(engine: Engine, ids: Sequence[int]) -> Iterator[dict[int, float]]:
    """Return when each item was first seen to be committed."""
    seen: dict[int, float] = {}
    stop = threading.Event()
    newest = source_items.c.checked_at

    def look(since: datetime) -> None:
        wanted = set(ids)
        query = select(source_items.c.id).where(source_items.c.marketplace == REQUEST.marketplace)
        while not stop.wait(LOOK_SECONDS):
            began = utc_now()
            with reading(engine) as connection:
                found = connection.execute(query.where(newest >= since - timedelta(seconds=2))).scalars().all()
            now = time.monotonic()
            for id in wanted.intersection(found):
                seen[id] = now
            wanted -= seen.keys()
            since = began

    thread = threading.Thread(target=look, args=(utc_now(),), daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join(10)
