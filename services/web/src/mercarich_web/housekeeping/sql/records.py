"""Examine and delete records of past work. A record that is still of use stays, however old it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Delete, Engine, Table, and_, case, delete, or_, select, update

from mercarich_db import settings_store
from mercarich_db.bulk import insert_missing
from mercarich_db.engine import run_tx
from mercarich_db.tables import prunings
from mercarich_web.database import reading
from mercarich_web.housekeeping.retention import Record, Step
from mercarich_web.housekeeping.sql.kept_records import RECORDS, Kept, Key


class SqlRecords:
    """Every query uses a key or an index: a step reads `limit` rows in the order of the primary key, and further
    conditions on each row use an index (`tests/integration/web/test_prune_plans.py`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def kept_days(self) -> Mapping[Record, int]:
        """Return the retention of each kind in days."""
        with reading(self._engine) as connection:
            values = settings_store.read(connection)
        return {record: values.integer(kept.setting) for record, kept in RECORDS.items()}

    def step(self, record: Record, before: datetime, after: Key | None, limit: int, *, dry_run: bool) -> Step:
        """Examine the next `limit` rows after the key, and delete those that may go, in one or a few transactions; in a
        dry run only count them."""
        kept = RECORDS[record]
        width = len(kept.key)
        with reading(self._engine) as connection:
            rows = connection.execute(page(kept, before, after, limit)).all()
        going = [tuple(row[:width]) for row in rows if row.goes]
        over = len(rows) < limit or (kept.begun is not None and all(row.begun > before for row in rows))
        gone = len(going) if dry_run or not going else self._delete(kept, going, before, limit)
        return Step(gone, None if over else tuple(rows[-1][:width]))

    def note(self, record: Record, rows: int, at: datetime) -> None:
        """Add to the number of deleted rows, which the metrics report."""
        this = prunings.c.record == record.name.lower()

        def add(connection: Connection) -> None:
            insert_missing(connection, prunings, [{"record": record.name.lower(), "rows": 0, "pruned_at": at}])
            connection.execute(update(prunings).where(this).values(rows=prunings.c.rows + rows, pruned_at=at))

        run_tx(self._engine, add)

    def _delete(self, kept: Kept, keys: Sequence[Key], before: datetime, limit: int) -> int:
        for child in kept.children:
            self._empty(child, [first for first, *_ in keys], limit)
        gone = deletion(kept, keys, before)
        return run_tx(self._engine, lambda connection: connection.execute(gone).rowcount)

    def _empty(self, child: Table, parents: Sequence[Any], limit: int) -> None:
        """Delete child rows in steps: an import may have a problem in each of its rows, and a feed carries 10,000
        listings."""
        parent, number, *_ = child.primary_key
        with reading(self._engine) as connection:
            filled = connection.execute(select(parent).where(parent.in_(parents)).distinct()).scalars().all()
        for each in sorted(filled):
            some = partial(_delete_some, parent=parent, number=number, of=each, limit=limit)
            while run_tx(self._engine, some):
                continue


def page(kept: Kept, before: datetime, after: Key | None, limit: int) -> Any:
    """Select the next rows by key: their keys, whether they may be deleted, and when they began."""
    goes = case((kept.goes(before), 1), else_=0).label("goes")
    begun = [] if kept.begun is None else [kept.begun.label("begun")]
    rows = select(*kept.key, goes, *begun).order_by(*kept.key).limit(limit)
    return rows if after is None else rows.where(_beyond(kept.key, after))


def deletion(kept: Kept, keys: Sequence[Key], before: datetime) -> Delete:
    """Delete those of these rows that may still go: a row may have come to life since it was read."""
    return kept.deleting(keys, kept.goes(before))


def _beyond(key: Sequence[Column[Any]], after: Key) -> ColumnElement[bool]:
    first, *rest = key
    further: ColumnElement[bool] = first > after[0]
    return or_(further, and_(first == after[0], _beyond(rest, after[1:]))) if rest else further


def _delete_some(connection: Connection, parent: Column[Any], number: Column[Any], of: Any, limit: int) -> int:
    numbers = connection.execute(select(number).where(parent == of).order_by(number).limit(limit)).scalars().all()
    if not numbers:
        return 0
    return connection.execute(delete(parent.table).where(parent == of, number <= numbers[-1])).rowcount
