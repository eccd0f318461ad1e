"""The fence around all writes of a run: a run that another one has superseded cannot write anything.

A run's rows have a fence of their own, `PendingColumns.run`: a narrower run that starts later takes the rows that it
covers, and the older one goes on with the rest.
"""

from sqlalchemy import Connection, bindparam, select

from mercarich_db.tables import run_heads, runs
from mercarich_runs.ports import UNCONTROLLED, Operation, Outcome, Run, Superseded

_OF = (run_heads.c.operation == bindparam("of_operation"), run_heads.c.marketplace == bindparam("of_marketplace"))
_HEAD = select(run_heads.c.generation).where(*_OF).with_for_update(read=True)
"""Built once, since every transaction of a run uses it."""
_OUTCOME = select(runs.c.outcome).where(runs.c.id == bindparam("run_id"), runs.c.generation == bindparam("generation"))
"""After a restore from a backup, ids are given again: a run of the lost time has another generation.

Reads without a lock, since the head's lock keeps other starts out. A shared lock of the run's row would deadlock
with the other workers of the run, which all add to its counts at the end."""


def guard(connection: Connection, operation: Operation, run: Run) -> None:
    """Lock the head until the transaction ends, so that no other run can start meanwhile. Raises `Superseded`."""
    if run.generation == UNCONTROLLED:
        return
    head = {"of_operation": operation, "of_marketplace": run.marketplace}
    newest = connection.execute(_HEAD, head).scalar()
    if run.generation != newest and not is_open(
        connection.execute(_OUTCOME, {"run_id": run.id, "generation": run.generation}).scalar()
    ):
        raise Superseded


def is_open(outcome: str | None) -> bool:
    """Return whether a run that is not the newest goes on: those started since then cover only some of its rows."""
    return outcome == Outcome.RUNNING
