"""`ports.Pending` over a table. A run's order is a rank in each row, read by keyset pagination.

When a row is done its run is cleared, so that the index of pending rows shrinks.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
    update,
)

from mercarich_db.asked_looks import SET_ASIDE
from mercarich_db.bulk import Rows
from mercarich_db.conditions import among, walking
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import runs
from mercarich_runs.adapters.columns import PendingColumns
from mercarich_runs.adapters.fence import guard
from mercarich_runs.domain.suspects import Abandoned
from mercarich_runs.ports import AnyRow, Place, Run

AT_ONCE = 10_000
"""Abandoned rows read at once; a claim has no more rows."""


class PendingRows(Generic[AnyRow]):
    """`taken` are the columns (numbers and texts, the id first) from which `row_of` makes a batch's entry for a row."""

    def __init__(
        self, engine: Engine, columns: PendingColumns, taken: Sequence[Any], row_of: Callable[..., AnyRow]
    ) -> None:
        self._engine = engine
        self._columns = columns
        self._taken = tuple(taken)
        self._row_of = row_of
        self._wanted: ColumnElement[bool] = true()
        self._page = Rows(engine, _page(columns, self._taken))
        self._unfinished = _unfinished(engine, columns)

    def want_only(self, wanted: ColumnElement[bool]) -> None:
        """Leave out rows that are not `wanted` in `due` and `anything_left`, until the next call."""
        self._wanted = wanted
        self._page = Rows(self._engine, _page(self._columns, self._taken).where(wanted))

    def due(self, run: Run, after: Place, limit: int, now: datetime) -> Sequence[tuple[Place, AnyRow]]:
        rank, last = after
        with reading(self._engine) as connection:
            rows = self._page.read(connection, run_id=run.id, rank=rank, last=last, now=now, most=limit)
        rows.sort()
        row_of = self._row_of
        return [((rank, id), row_of(id, *others)) for rank, id, *others in rows]

    def together(self, run: Run, rows: Sequence[AnyRow], now: datetime) -> Mapping[int, Sequence[AnyRow]]:
        return {}

    def unfinished(self, run: Run, ids: Sequence[int], now: datetime) -> frozenset[int]:
        if not ids:
            return frozenset()
        # As literals: binding a thousand numbers would take longer than all the rest of a planner's round.
        statement = self._unfinished.format(", ".join(map(str, sorted(ids))))
        values = (run.id, self._in_driver(now))
        with reading(self._engine) as connection:
            text = connection.exec_driver_sql(statement, values).scalar()
        return frozenset(orjson.loads(text)) if text else frozenset()

    def abandoned(self, run: Run, now: datetime) -> Sequence[Abandoned]:
        columns = self._columns
        found = select(columns.id, columns.claim, columns.attempts).where(columns.is_abandoned(run, now))
        with reading(self._engine) as connection:
            rows = connection.execute(found.limit(AT_ONCE)).all()
        return [Abandoned(*row) for row in sorted(rows)]

    def try_again(self, run: Run, ids: Sequence[int], now: datetime) -> Sequence[AnyRow]:
        columns = self._columns
        mine = among(columns.id, ids, columns.is_abandoned(run, now))

        def take(connection: Connection) -> Sequence[AnyRow]:
            guard(connection, columns.operation, run)
            found = connection.execute(select(*self._taken).where(mine).order_by(columns.id).with_for_update())
            rows = [self._row_of(*row) for row in found]
            connection.execute(columns.noting(not_before=None).where(mine))
            return rows

        return run_tx(self._engine, take)

    def set_aside(self, run: Run, ids: Sequence[int], now: datetime) -> int:
        columns = self._columns

        def let_go(connection: Connection) -> int:
            guard(connection, columns.operation, run)
            done = columns.noting(run=None, done_run=run.id, problem=SET_ASIDE, not_before=None)
            count = connection.execute(done.where(among(columns.id, ids, columns.is_abandoned(run, now)))).rowcount
            connection.execute(update(runs).where(runs.c.id == run.id).values(set_aside=runs.c.set_aside + count))
            return count

        return run_tx(self._engine, let_go)

    def put_back(self, run: Run, attempts: int, now: datetime) -> int:
        columns = self._columns
        aside = and_(columns.problem == SET_ASIDE, columns.done_run == run.id, columns.run.is_(None))

        def put_back(connection: Connection) -> int:
            guard(connection, columns.operation, run)
            abandoned = {"attempts": attempts, "claim": None, "not_before": now}
            again = columns.noting(run=run.id, done_run=None, problem=None, **abandoned)
            count = connection.execute(again.where(among(columns.id, ids, aside))).rowcount
            connection.execute(update(runs).where(runs.c.id == run.id).values(set_aside=runs.c.set_aside - count))
            return count

        with reading(self._engine) as connection:
            if not connection.execute(select(runs.c.set_aside).where(runs.c.id == run.id)).scalar():
                return 0
            # Read first: an UPDATE that searches for them would lock all rows that it passes.
            ids = connection.execute(select(columns.id).where(aside)).scalars().all()
        return run_tx(self._engine, put_back)

    def left(self, run: Run) -> int:
        mine = select(func.count()).select_from(self._columns.table).where(self._columns.run == run.id)
        with reading(self._engine) as connection:
            return connection.execute(mine).scalar_one()

    def anything_left(self, run: Run) -> bool:
        with reading(self._engine) as connection:
            left = select(self._columns.id).where(self._columns.run == run.id, self._wanted).limit(1)
            return connection.execute(left).first() is not None

    def _in_driver(self, time: datetime) -> Any:
        bind = self._columns.not_before.type.dialect_impl(self._engine.dialect).bind_processor(self._engine.dialect)
        return bind(time) if bind else time


def _page(columns: PendingColumns, taken: Sequence[Any]) -> Select[Any]:
    """Return the query for a page: `most` rows of `run_id` after (`rank`, `last`), due at `now`."""
    rank: BindParameter[int] = bindparam("rank")
    further = and_(columns.rank >= rank, or_(columns.rank > rank, columns.id > bindparam("last")))
    page = (
        select(columns.rank.label("rank_in_run"), *taken)
        .where(columns.run == bindparam("run_id"), further, columns.is_due(bindparam("now")))
        .order_by(columns.rank, columns.id)
        .limit(bindparam("most", type_=Integer))
    )
    return walking(page, columns.run, columns.rank)


def _unfinished(engine: Engine, columns: PendingColumns) -> str:
    """Return SQL with a placeholder for the ids. Its result is one text: ids that wait for a worker or that one has.

    The unary `+` keeps SQLite from using the index on the run (`mercarich_db.conditions.Filter`).
    """
    on_sqlite = engine.dialect.name == "sqlite"
    mark, whole, unsought = ("?", "json_group_array", "+") if on_sqlite else ("%s", "json_arrayagg", "")
    run, attempts, not_before = columns.run.name, columns.attempts.name, columns.not_before.name
    return (
        f"SELECT {whole}(id) FROM {columns.table.name} WHERE id IN ({{}}) AND {unsought}{run} = {mark}"
        f" AND ({not_before} IS NULL OR ({attempts} > 0 AND {not_before} > {mark}))"
    )
