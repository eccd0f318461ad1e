"""100,000 state writes among 1,000,000 rows, and a page of due rows at any depth (P5), on MariaDB.

The writes are the checker's own: `update_rows` with a new state of each item, and its one statement for the unchanged
ones, 1,000 rows per transaction, in random order of the items. The pages are the planner's own: the rows still pending
in a run, and the rows that a run takes in. The database keeps its tables in memory (a buffer pool of 2 GB).
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from bench import stock
from bench.harness.parts import parts
from bench.harness.result import Goal, NotExact, Result, Table
from bench.harness.scale import Scale
from bench.harness.spread import Spread, digits, spread
from bench.harness.turns import in_turn
from sqlalchemy import Connection, Engine, text, update

from mercarich_checker.adapters.marking_sql import due_page
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_contracts.market import Marketplace
from mercarich_db import engine as engines
from mercarich_db.bulk import Rows, update_rows
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import source_items
from mercarich_platform.clock import utc_now
from mercarich_runs.ports import Request, Run

ROWS, WRITES = 1_000_000, 100_000
BUNCH = 1_000
PAGE = 1_000
REQUEST = Request(marketplace=Marketplace.YAHOO, plans=(2, 4))
DEPTHS = {"first": 0.0, "middle": 0.5, "deep": 0.98}


def run(scale: Scale) -> Result:
    rows, writes = scale.of(ROWS, 5_000), scale.of(WRITES, 2_000)
    with parts(buffer_pool="2G") as real:
        engine = engines.create(real.mariadb.create_database())
        stock.grow(engine, 0, rows)
        marked = _mark(engine, rows)
        sides: dict[str, Callable[[bool], float]] = {
            "new state of each": lambda _warm_up: _written(engine, rows, writes, _new_states),
            "as before": lambda _warm_up: _written(engine, rows, writes, _as_before),
            **{f"pending, {name}": _pending_page(engine, marked, rows, depth) for name, depth in DEPTHS.items()},
            **{f"to be taken in, {name}": _due_page(engine, marked, rows, depth) for name, depth in DEPTHS.items()},
        }
        taken = {name: spread(times) for name, times in in_turn("state writes", sides, scale).items()}
        engine.dispose()
    return _result(rows, writes, taken)


def _mark(engine: Engine, rows: int) -> Run:
    """All rows are pending, as after a planner's marking."""
    run = SqlRuns(engine).start(REQUEST, None, utc_now())
    for start in range(0, rows, stock.CHUNK):
        chunk = {"run": run.id, "first": start, "last": start + stock.CHUNK}
        run_tx(engine, partial(_mark_chunk, chunk=chunk))
    return run


def _mark_chunk(connection: Connection, chunk: Mapping[str, int]) -> None:
    mark = "UPDATE source_items SET check_run = :run, check_rank = id DIV 20 WHERE id > :first AND id <= :last"
    connection.execute(text(mark), chunk)


_Bunch = Callable[[Connection, Sequence[int], Mapping[str, object]], int]


def _written(engine: Engine, rows: int, writes: int, write: _Bunch) -> float:
    """Return the seconds for this many different rows. Raises `NotExact`."""
    ids = random.sample(range(1, rows + 1), writes)
    done = {"check_not_before": None, "check_problem": None, "check_attempts": 0, "check_unknowns": 0}
    written = 0
    began = time.monotonic()
    for start in range(0, writes, BUNCH):
        bunch = sorted(ids[start : start + BUNCH])
        now = {**done, "checked_at": utc_now(), "observed_at": utc_now(), "checked_run": 1}
        written += run_tx(engine, partial(_write, write=write, bunch=bunch, now=now))
    seconds = time.monotonic() - began
    if written != writes:
        raise NotExact(f"state writes: {written:,} rows where {writes:,} were wanted")
    return seconds


def _write(connection: Connection, write: _Bunch, bunch: Sequence[int], now: Mapping[str, object]) -> int:
    return write(connection, bunch, now)


def _new_states(connection: Connection, ids: Sequence[int], done: Mapping[str, object]) -> int:
    new = {"state": "sold", "reason": "won", "price_jpy": 1_000, "seller_id": "s1", "suspected_at": None}
    return update_rows(connection, source_items, [{"id": id, **new, "evidence_id": id} for id in ids], same=done)


def _as_before(connection: Connection, ids: Sequence[int], done: Mapping[str, object]) -> int:
    return connection.execute(update(source_items).where(source_items.c.id.in_(ids)).values(**done)).rowcount


def _pending_page(engine: Engine, run: Run, rows: int, depth: float) -> Callable[[bool], float]:
    plan = SqlPlan(engine)

    def read(_warm_up: bool) -> float:
        began = time.monotonic()
        page = plan.due(run, (int(rows / 20 * depth), 0), PAGE, utc_now() + timedelta(days=1))
        return _milliseconds(began, len(page))

    return read


def _due_page(engine: Engine, marked: Run, rows: int, depth: float) -> Callable[[bool], float]:
    """The state for the next run."""
    run = Run(marked.id + 1, marked.marketplace, generation=2)
    rows_after = Rows(engine, due_page(run, REQUEST, never_checked=False))

    def read(_warm_up: bool) -> float:
        with reading(engine) as connection:
            place = connection.execute(
                text("SELECT checked_at, id FROM source_items ORDER BY checked_at, id LIMIT 1 OFFSET :depth"),
                {"depth": int(rows * depth)},
            ).one()
        since = place.checked_at.replace(tzinfo=utc_now().tzinfo)
        with reading(engine) as connection:
            began = time.monotonic()
            page = rows_after.read(connection, since=since, last=place.id)
            return _milliseconds(began, len(page))

    return read


def _milliseconds(began: float, found: int) -> float:
    taken = (time.monotonic() - began) * 1_000
    if not found:
        raise NotExact("state writes: a page was empty")
    return taken


def _result(rows: int, writes: int, taken: Mapping[str, Spread]) -> Result:
    pages = [name for name in taken if "," in name]
    slowest = max(pages, key=lambda name: taken[name].median)
    goals = [
        Goal(
            id="P5",
            what=f"{writes:,} new states at {rows:,} rows",
            unit="s",
            at_most=1.5,
            value=taken["new state of each"],
        ),
        Goal(id="P5", what=f"a page of due rows ({slowest})", unit="ms", at_most=10.0, value=taken[slowest]),
    ]
    lines = [[f"{writes:,} writes, {name}", f"{taken[name]} s"] for name in taken if name not in pages]
    lines += [[f"a page, {name}", f"{taken[name]} ms"] for name in pages]
    figures = {name: digits(one.median) for name, one in taken.items()}
    return Result(goals=goals, tables={"writes": Table(["", "median (min–max)"], lines)}, figures=figures)
