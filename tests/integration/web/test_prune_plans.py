"""However many rows there are, the old ones, and those of a page, are found by key or index."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, text
from tests.integration.web.rows import Rows, ago

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_web.housekeeping.retention import Record
from mercarich_web.housekeeping.sql.kept_records import RECORDS
from mercarich_web.housekeeping.sql.records import deletion, page
from mercarich_web.runs.sql.runs import set_aside

BIG = (Record.EVENTS, Record.EVIDENCE, Record.FEEDS, Record.CANDIDATES, Record.REPLACEMENTS, Record.AUDIT)
EACH, LISTINGS = 1500, 150


@pytest.fixture
def filled(engine: Engine, rows: Rows) -> Engine:
    """Enough rows that MariaDB prefers an index; the listings of most are gone."""
    rows.listing(rows.user("hanako"), rows.source("x1"), "SKU-1")
    whose = [each % LISTINGS + 1 for each in range(EACH)]
    old = ago(days=200)
    proof = {"state": "sold", "url": "u", "parser_version": "1", "extract": "", "fetched_at": old}
    item = {"marketplace": "yahoo", "item_id": "x", "url": "u"}
    feed = {"user_id": 1, "lane": "feed", "state": "done", "items": 1, "accepted": 1, "rejected": 0}
    counts = dict.fromkeys(("check_rank", "check_attempts", "check_unknowns"), 0)
    many: dict[Any, list[dict[str, Any]]] = {
        tables.source_items: [
            {"marketplace": "yahoo", "item_id": f"y{number}", "state": "sold", "checked_run": number % 3, **counts}
            for number in range(EACH)
        ],
        tables.evidence: [{**proof, "source_item_id": each} for each in whose],
        tables.listing_events: [
            {"listing_id": each, "user_id": 1, "at": old, "kind": "withdrawn", "evidence_id": number + 1}
            for number, each in enumerate(whose)
        ],
        tables.submissions: [{**feed, "created_at": old, "ended_at": old} for _ in whose],
        tables.revivals: [
            {**item, "listing_id": each, "user_id": 1, "state": "applied", "old_source_item_id": 1, "at": old}
            for each in whose
        ],
        tables.revival_candidates: [{**item, "listing_id": each, "searched_at": old} for each in whose],
        tables.audit_log: [{"at": old, "actor": "a", "action": "x", "subject": "y"} for _ in whose],
    }
    for table, values in many.items():
        rows.change(table.insert().values(values))
        if engine.dialect.name == "mysql":
            rows.change(text(f"ANALYZE TABLE {table.name}"))
    return engine


def test_neither_looking_nor_deleting_nor_the_page_of_a_run_reads_a_table_whole(filled: Engine) -> None:
    keys = [(number,) for number in range(1001, 1101)]
    for record in BIG:
        kept = RECORDS[record]
        for statement in (page(kept, ago(days=90), (1000,), 100), deletion(kept, keys, ago(days=90))):
            assert _read_whole(filled, statement) == [], record
    assert _read_whole(filled, set_aside(1)) == [], "only those of all runs that were set aside are looked at"


def _read_whole(engine: Engine, statement: Any) -> Sequence[str]:
    compiled = statement.compile(engine, compile_kwargs={"literal_binds": True, "render_postcompile": True})
    sqlite = engine.dialect.name == "sqlite"
    with reading(engine) as connection:
        plan = connection.exec_driver_sql(
            f"{'EXPLAIN QUERY PLAN' if sqlite else 'EXPLAIN'} {str(compiled).replace('%%', '%')}"
        ).mappings()
        steps = [dict(each) for each in plan]
    assert steps
    if sqlite:
        details = [each["detail"] for each in steps]
        return [each for each in details if each.startswith("SCAN") or "AUTOMATIC" in each]
    return [str(each) for each in steps if each["type"] in ("ALL", "index")]
