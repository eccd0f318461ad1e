"""The columns by which a row says what is pending of it, and the conditions over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import BindParameter, Column, ColumnElement, Table, and_, or_

from mercarich_db.bulk import among
from mercarich_runs.ports import Operation, Run


@dataclass(frozen=True, slots=True)
class PendingColumns:
    """Of one operation in one table.

    `run` is the run that still wants the row (NULL: nothing pending), `done_run` the last run that is done with it,
    `rank` its place in the run's order, fair over sellers; `attempts` counts claims since the last answer,
    `not_before` is the end of a claim's lease or of a wait, `problem` why the last look told nothing.
    """

    operation: Operation
    table: Table
    id: Column[int]
    run: Column[int]
    done_run: Column[int]
    rank: Column[int]
    attempts: Column[int]
    not_before: Column[datetime]
    problem: Column[str]

    @classmethod
    def of(cls, operation: Operation, table: Table, *, done_run: str) -> Self:
        """The columns are named after the operation: check_run, check_rank, …"""
        names = ("run", "rank", "attempts", "not_before", "problem")
        run, rank, attempts, not_before, problem = (table.c[f"{operation}_{name}"] for name in names)
        return cls(operation, table, table.c.id, run, table.c[done_run], rank, attempts, not_before, problem)

    def values(self, **by_role: Any) -> dict[str, Any]:
        """`values(run=None)` → `{"check_run": None}`."""
        return {getattr(self, role).name: value for role, value in by_role.items()}

    def is_new_to(self, run: Run) -> ColumnElement[bool]:
        """Neither marked by the run nor done by it, so that a run started again takes nothing in twice."""
        return and_(
            or_(self.run.is_(None), self.run != run.id),
            or_(self.done_run.is_(None), self.done_run != run.id),
        )

    def is_due(self, now: "datetime | BindParameter[datetime]") -> ColumnElement[bool]:
        come = and_(self.attempts == 0, self.not_before <= now)
        return or_(self.not_before.is_(None), come)

    def is_abandoned(self, run: Run, now: datetime) -> ColumnElement[bool]:
        return and_(self.run == run.id, self.attempts > 0, self.not_before <= now)

    def is_of(self, run_id: int | BindParameter[Any], ids: Sequence[int] | BindParameter[Any]) -> ColumnElement[bool]:
        return among(self.id, ids, self.run == run_id)
