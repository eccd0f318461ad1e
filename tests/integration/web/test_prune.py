"""`mercarich delete_old_items` deletes records of past work that are older than their setting says."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select
from tests.integration.web.conftest import Mercarich
from tests.integration.web.orders import found, ordered
from tests.integration.web.rows import NOW, Rows

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_web.housekeeping.expiry import CHUNK
from mercarich_web.housekeeping.prune import Prune
from mercarich_web.housekeeping.retention import Record
from mercarich_web.housekeeping.sql.records import SqlRecords

OLD, YOUNG = timedelta(days=200), timedelta(days=5)
CHECKED = {"ended_at": NOW, "valid": 1, "invalid": 0, "unknown": 0, "exposed": 0}
FOUND = {"user_id": 1, "marketplace": "yahoo", "url": "https://a.example", "old_source_item_id": 1}
JUDGED = {"listing_id": 1, "marketplace": "yahoo", "url": "https://a.example"}


@pytest.fixture
def prune(engine: Engine) -> Prune:
    return Prune(SqlRecords(engine), lambda: NOW)


def _job(rows: Rows, ended: timedelta | None, problems: int = 0) -> int:
    counts = dict.fromkeys(["done", "made", "left_out", "wrong", "turn", "fence", "attempts"], 0)
    at = {"created_at": NOW - OLD, "heartbeat_at": NOW - OLD, "ended_at": None if ended is None else NOW - ended}
    what = {"kind": "import", "state": "finished", "phase": "ended", "arguments": "{}", "cursor": "{}"}
    job = rows.add(tables.jobs, user_id=1, created_by="hanako", **what, **counts, **at)
    for number in range(problems):
        rows.add(tables.job_problems, job_id=job, number=number, line=number, problem="x")
    return job


def _ids(engine: Engine, table: Table, name: str = "id") -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(table.c[name]).order_by(*table.primary_key)).scalars())


def _rows(prune: Prune, *, dry_run: bool = False) -> Mapping[Record, int]:
    return {each.record: each.rows for each in prune(dry_run=dry_run)}


def test_searches_go_with_their_orders_and_before_them(engine: Engine, rows: Rows, prune: Prune) -> None:
    counts = dict.fromkeys(("unfinished", "searches", "unsure"), 0)
    old, young = (
        ordered(rows, 1, name, status="shipped", **dict.fromkeys(("ordered_at", "changed_at", "seen_at"), NOW - age))
        for name, age in (("1", 3 * OLD), ("2", OLD))  # they have a time of their own
    )
    for order in (old, young):
        at = {"gone_at": NOW - OLD, "not_before": NOW - OLD}
        rows.add(tables.order_searches, order_item_id=order, **at, **counts)
        for number in (1, 2):
            found(rows, order, f"x{order}{number}", 1_000, 0, "Camera")

    gone = _rows(prune)

    assert (gone[Record.ORDER_SEARCHES], gone[Record.ORDERS]) == (1, 1)
    assert _ids(engine, tables.order_searches, "order_item_id") == [young]
    assert _ids(engine, tables.order_replacements, "order_item_id") == [young, young]


def test_starts_and_token_checks_go_but_the_newest_of_each(engine: Engine, rows: Rows, prune: Prune) -> None:
    for name, ages in {"a": (OLD, 2 * OLD, YOUNG), "b": (OLD, 2 * OLD)}.items():
        for age in ages:
            rows.add(tables.schedule_runs, name=name, slot=NOW - age, started_at=NOW - age)
    checks = [rows.add(tables.token_checks, started_at=NOW - age, **CHECKED) for age in (2 * OLD, OLD)]

    gone = _rows(prune)

    assert (gone[Record.STARTS], gone[Record.TOKEN_CHECKS]) == (3, 1)
    assert _ids(engine, tables.schedule_runs, "slot") == [NOW - YOUNG, NOW - OLD]
    assert _ids(engine, tables.token_checks) == checks[1:]


def test_a_job_goes_with_its_problems_and_an_open_one_stays(engine: Engine, rows: Rows, prune: Prune) -> None:
    rows.user("hanako")
    _job(rows, OLD, problems=3)
    left = [_job(rows, YOUNG, problems=1), _job(rows, None)]

    assert _rows(prune)[Record.JOBS] == 1
    assert _ids(engine, tables.jobs) == left
    assert _ids(engine, tables.job_problems, "job_id") == left[:1]


def test_replacements_that_somebody_may_ask_for_stay(engine: Engine, rows: Rows, prune: Prune) -> None:
    kept = []
    for state in ("applied", "lapsed", "undone", "proposed", "approved"):
        old = rows.add(tables.revivals, listing_id=1, item_id="x", state=state, at=NOW - OLD, **FOUND)
        young = rows.add(tables.revivals, listing_id=1, item_id="x", state=state, at=NOW - YOUNG, **FOUND)
        kept += [young] if state in ("applied", "lapsed") else [old, young]
    for age in (OLD, YOUNG):
        rows.add(tables.revival_candidates, item_id="x", searched_at=NOW - age, **JUDGED)

    gone = _rows(prune)

    assert (gone[Record.REPLACEMENTS], gone[Record.CANDIDATES]) == (2, 1)
    assert _ids(engine, tables.revivals) == kept


def test_many_go_in_chunks_and_a_dry_run_only_counts_them(engine: Engine, rows: Rows, prune: Prune) -> None:
    number = 2 * CHUNK + 1
    old = [{**JUDGED, "item_id": f"x{each}", "searched_at": NOW - OLD} for each in range(number)]
    rows.change(tables.revival_candidates.insert().values(old))

    assert _rows(prune, dry_run=True)[Record.CANDIDATES] == number
    assert len(_ids(engine, tables.revival_candidates)) == number
    assert _rows(prune)[Record.CANDIDATES] == number
    assert _ids(engine, tables.revival_candidates) == []


def test_the_nightly_command_prunes_by_the_settings_and_tells(mercarich: Mercarich, engine: Engine, rows: Rows) -> None:
    rows.user("hanako")
    _job(rows, timedelta(days=20))
    mercarich.page("settings", "set", "KEEP_JOBS_DAYS", "10")

    assert "ended jobs" in mercarich.page("delete_old_items", "--dry-run")
    assert len(_ids(engine, tables.jobs)) == 1
    told = mercarich.json("delete_old_items")

    assert {"record": "ended jobs", "days": 10, "rows": 1} in told["pruned"]
    assert _ids(engine, tables.jobs) == []
