"""The columns of a row for pending work, and conditions on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self

from sqlalchemy import BindParameter, Column, ColumnElement, Connection, Table, Update, and_, func, or_, update

from mercarich_db.bulk import update_rows
from mercarich_db.conditions import among
from mercarich_runs.ports import Operation, Run


class RowWriter(Protocol):
    """Writes these columns. If only one module may write the table, it is that module."""

    def noting(self, **values: Any) -> Update:
        """Return an update without conditions, to which the caller adds its own."""

    def note_rows(
        self,
        connection: Connection,
        rows: Sequence[Mapping[str, Any]],
        same: Mapping[str, Any],
        below: Mapping[str, int],
    ) -> int:
        """Update rows as `bulk.update_rows`; return how many matched."""


@dataclass(frozen=True, slots=True)
class OwnRows:
    """The writer for a table that the operation's own service writes."""

    table: Table

    def noting(self, **values: Any) -> Update:
        return update(self.table).values(values)

    def note_rows(
        self,
        connection: Connection,
        rows: Sequence[Mapping[str, Any]],
        same: Mapping[str, Any],
        below: Mapping[str, int],
    ) -> int:
        return update_rows(connection, self.table, rows, same=same, below=below)


@dataclass(frozen=True, slots=True)
class PendingColumns:
    """The columns of one operation in one table.

    - `run`: the run that is still to process the row; NULL: nothing pending.
    - `done_run`: the last run that has finished it.
    - `rank`: its position in the run's order, fair over sellers.
    - `attempts`: claims since the last answer.
    - `claim`: token of the last claim, whose row it is while `attempts` is not 0.
    - `not_before`: end of a claim's lease, or of a wait.
    - `problem`: why the last look was inconclusive.
    """

    operation: Operation
    table: Table
    id: Column[int]
    run: Column[int]
    done_run: Column[int]
    rank: Column[int]
    attempts: Column[int]
    claim: Column[str]
    not_before: Column[datetime]
    problem: Column[str]
    writer: RowWriter

    @classmethod
    def of(cls, operation: Operation, table: Table, *, done_run: str, writer: RowWriter | None = None) -> Self:
        """Return the columns, named after the operation: check_run, check_rank, …; `writer` None means `OwnRows`."""
        names = ("run", "rank", "attempts", "claim", "not_before", "problem")
        run, rank, attempts, claim, not_before, problem = (table.c[f"{operation}_{name}"] for name in names)
        done, writer = table.c[done_run], writer or OwnRows(table)
        return cls(operation, table, table.c.id, run, done, rank, attempts, claim, not_before, problem, writer)

    def noting(self, **by_role: Any) -> Update:
        """Return an update without conditions that sets these columns: `noting(run=None)` clears `check_run`."""
        return self.writer.noting(**self.values(**by_role))

    def values(self, **by_role: Any) -> dict[str, Any]:
        """Return values by column name: `values(run=None)` → `{"check_run": None}`."""
        return {getattr(self, role).name: value for role, value in by_role.items()}

    def is_new_to(self, run: Run) -> ColumnElement[bool]:
        """SQL condition: neither the run nor a newer one has marked or finished the row.

        So a restart marks nothing twice, and a run takes nothing from those that started after it.
        """
        return and_(func.coalesce(self.run, 0) < run.id, func.coalesce(self.done_run, 0) < run.id)

    def is_due(self, now: "datetime | BindParameter[datetime]") -> ColumnElement[bool]:
        come = and_(self.attempts == 0, self.not_before <= now)
        return or_(self.not_before.is_(None), come)

    def is_abandoned(self, run: Run, now: datetime) -> ColumnElement[bool]:
        return and_(self.run == run.id, self.attempts > 0, self.not_before <= now)

    def is_of(self, run_id: int | BindParameter[Any], ids: Sequence[int] | BindParameter[Any]) -> ColumnElement[bool]:
        return among(self.id, ids, self.run == run_id)
