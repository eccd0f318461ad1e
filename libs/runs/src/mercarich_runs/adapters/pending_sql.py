"""`ports.Pending` over a table: a run's order is a rank on the row, walked by keyset.

A row that is done loses its run, so that the index of pending rows shrinks.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic

from sqlalchemy import Connection, Engine, and_, or_, select, text, update

from mercarich_db.bulk import read_rows, walking
from mercarich_db.tables import runs
from mercarich_runs.adapters.columns import PendingColumns
from mercarich_runs.adapters.fence import hold_newest, read, write
from mercarich_runs.ports import AnyRow, Place, Run


class PendingRows(Generic[AnyRow]):
    """`taken` are the columns, numbers and texts, of which `row_of` makes what a batch carries of a row; the id is
    always there."""

    def __init__(
        self, engine: Engine, columns: PendingColumns, taken: Sequence[Any], row_of: Callable[[Any], AnyRow]
    ) -> None:
        self._engine = engine
        self._columns = columns
        self._taken = tuple(taken)
        self._row_of = row_of
        self._shape = _shape(self._taken)

    def due(self, run: Run, after: Place, limit: int, now: datetime) -> Sequence[tuple[Place, AnyRow]]:
        columns = self._columns
        rank, last = after
        further = and_(columns.rank >= rank, or_(columns.rank > rank, columns.id > last))
        page = (
            select(columns.rank.label("rank_in_run"), columns.id.label("place_in_rank"), *self._taken)
            .where(columns.run == run.id, further, columns.is_due(now))
            .order_by(columns.rank, columns.id)
            .limit(limit)
        )
        with read(self._engine) as connection:
            rows = read_rows(connection, walking(page, columns.run, columns.rank))
        rows.sort()
        make, row_of = self._shape._make, self._row_of
        return [((row[0], row[1]), row_of(make(row[2:]))) for row in rows]

    def together(self, run: Run, rows: Sequence[AnyRow], now: datetime) -> Mapping[int, Sequence[AnyRow]]:
        return {}

    def unfinished(self, run: Run, ids: Sequence[int], now: datetime) -> frozenset[int]:
        columns = self._columns
        leased = and_(columns.attempts > 0, columns.not_before > now)
        waiting = or_(columns.not_before.is_(None), leased)
        if not ids:
            return frozenset()
        # As text: to bind a thousand numbers takes longer than all the rest of a planner's round.
        these = columns.id.op("IN")(text(f"({', '.join(map(str, sorted(ids)))})"))
        pending = select(columns.id).where(these, columns.run == run.id, waiting)
        with read(self._engine) as connection:
            rows = read_rows(connection.execution_options(compiled_cache=None), pending)
        return frozenset(id for (id,) in rows)

    def abandoned(self, run: Run, limit: int, now: datetime) -> Sequence[AnyRow]:
        columns = self._columns
        left_behind = columns.is_abandoned(run, now)

        def take(connection: Connection) -> Sequence[AnyRow]:
            self._hold_newest(connection, run)
            found = select(*self._taken).where(left_behind).order_by(columns.id).limit(limit)
            rows = [self._row_of(row) for row in connection.execute(found)]
            mine = update(columns.table).where(columns.id.in_([row.id for row in rows]), left_behind)
            connection.execute(mine.values(columns.values(not_before=None)))
            return rows

        with read(self._engine) as connection:
            if connection.execute(select(columns.id).where(left_behind).limit(1)).first() is None:
                return ()
        return write(self._engine, take)

    def set_aside(self, run: Run, attempts: int, now: datetime) -> int:
        columns = self._columns
        killers = and_(columns.is_abandoned(run, now), columns.attempts >= attempts)

        def let_go(connection: Connection) -> int:
            self._hold_newest(connection, run)
            done = columns.values(run=None, done_run=run.id, problem="set_aside", not_before=None)
            count = connection.execute(update(columns.table).where(killers).values(done)).rowcount
            connection.execute(update(runs).where(runs.c.id == run.id).values(set_aside=runs.c.set_aside + count))
            return count

        with read(self._engine) as connection:
            if connection.execute(select(columns.id).where(killers).limit(1)).first() is None:
                return 0
        return write(self._engine, let_go)

    def anything_left(self, run: Run) -> bool:
        with read(self._engine) as connection:
            left = select(self._columns.id).where(self._columns.run == run.id).limit(1)
            return connection.execute(left).first() is not None

    def _hold_newest(self, connection: Connection, run: Run) -> None:
        hold_newest(connection, self._columns.operation, run.marketplace, run.generation)


def _shape(columns: Sequence[Any]) -> Any:
    """A row with the columns' names, as `row_of` wants it."""
    return namedtuple("Row", [column.name for column in columns])
