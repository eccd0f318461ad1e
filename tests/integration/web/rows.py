"""Rows for the tests of the operator's commands: each function adds one row with the given values."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Executable, Table, insert, select

from mercarich_db import tables
from mercarich_db.engine import reading, run_tx
from mercarich_db.types import StoredReason
from mercarich_reasons.stored import OldSentence

NOW = datetime.now(UTC)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


class Rows:
    """Add rows to a migrated database. Each method returns the id."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def user(self, username: str) -> int:
        return self.add(tables.users, username=username, plan=2, active=True, is_staff=False, created_at=ago(days=9))

    def source(self, item_id: str, **values: Any) -> int:
        defaults = {
            "marketplace": "yahoo",
            "item_id": item_id,
            "state": "available",
            "observed_at": ago(hours=1),
            "checked_at": ago(hours=1),
            "check_rank": 0,
            "check_attempts": 0,
            "check_unknowns": 0,
        }
        return self.add(tables.source_items, **defaults | values)

    def listing(self, user_id: int, source_item_id: int, sku: str, **values: Any) -> int:
        defaults = {
            "user_id": user_id,
            "source_item_id": source_item_id,
            "sku": sku,
            "marketplace": "yahoo",
            "listed": True,
            "listing_quantity": 1,
            "created_at": ago(days=8),
            "changed_at": ago(hours=2),
            "quantity": 1,
            "revision": 1,
            "searching": False,
            "pushed_revision": 1,
            "pushed_quantity": 1,
            "push_attempts": 0,
            "orphan": False,
        }
        return self.add(tables.listings, **defaults | values)

    def run(self, generation: int, **values: Any) -> int:
        counts = "planned checked available out_of_stock unknown unparsable unfinished set_aside fallen withdrawn held"
        defaults = dict.fromkeys(counts.split(), 0) | {
            "operation": "check",
            "marketplace": "yahoo",
            "generation": generation,
            "arguments": '{"plans": [2, 4], "max_workers": 14}',
            "outcome": "finished",
            "phase": "ended",
            "started_at": ago(minutes=10),
            "heartbeat_at": ago(minutes=1),
            "held_seconds": 0.0,
            "skipped": "{}",
        }
        return self.add(tables.runs, **defaults | values)

    def capacity(self, sources: int = 43_000, calls: int | None = None, **values: Any) -> int:
        """What a checker has counted and heard: by default 43,000 sources of Yahoo behind half a call a second."""
        counted = {"sources": sources, "calls": sources if calls is None else calls, "often_sources": 0}
        told = {"allowed_per_second": 0.5, "in_force_per_second": 0.5, "heard_at": ago(minutes=1)}
        row = {"marketplace": "yahoo", "often_calls": 0, "counted_at": ago(minutes=5)} | counted | told
        return self.add(tables.capacities, **row | values)

    def coverage(self, sources: int = 1_000, covered: int = 990, **values: Any) -> int:
        """What a checker has counted: by default of all sellers of Yahoo, a few minutes ago."""
        hours = {"half_since": 2.5, "most_since": 9, "oldest_at": 20}
        since = {name: datetime.now(UTC) - timedelta(hours=age) for name, age in hours.items()}
        row = {"marketplace": "yahoo", "user_id": 0, "unseen": 0, "counted_at": ago(minutes=5)} | since
        return self.add(tables.coverages, **{"sources": sources, "covered": covered} | row | values)

    def hold(self, run_id: int, **values: Any) -> int:
        defaults = {"run_id": run_id, "marketplace": "yahoo", "reason": "30 of 60 fell", "opened_at": ago(minutes=5)}
        return self.add(tables.holds, **defaults | values)

    def evidence(self, source_item_id: int, **values: Any) -> int:
        defaults = {
            "source_item_id": source_item_id,
            "state": "sold",
            "reason": "won",
            "url": "https://auctions.example/x1",
            "http_status": 200,
            "body_sha256": "ab" * 32,
            "parser_version": "yahoo-1",
            "extract": "status=closed winner=yes",
            "fetched_at": ago(minutes=9),
        }
        return self.add(tables.evidence, **defaults | values)

    def event(self, listing_id: int, kind: str, **values: Any) -> int:
        return self.add(
            tables.listing_events,
            **{"listing_id": listing_id, "user_id": 1, "at": ago(minutes=8), "kind": kind} | values,
        )

    def add(self, table: Table, **values: Any) -> int:
        """A reason that is a text is a sentence of an earlier release."""
        old = {name: OldSentence(text) for name, text in values.items() if _is_sentence(table, name, text)}
        done = run_tx(self._engine, lambda connection: connection.execute(insert(table).values(values | old)))
        key = done.inserted_primary_key
        return key[0] if key is not None and isinstance(key[0], int) else 0

    def read(self, table: str, *columns: str) -> list[Any]:
        """Return these columns of all rows."""
        named = [tables.metadata.tables[table].c[name] for name in columns]
        with reading(self._engine) as connection:
            return list(connection.execute(select(*named)))

    def change(self, statement: Executable) -> None:
        run_tx(self._engine, lambda connection: connection.execute(statement))


def _is_sentence(table: Table, name: str, value: Any) -> bool:
    return isinstance(value, str) and isinstance(table.c[name].type, StoredReason)
