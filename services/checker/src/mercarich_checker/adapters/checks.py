"""The checker's columns for pending work, and its fence."""

from sqlalchemy import Connection, func

from mercarich_contracts.messages import CheckBatch
from mercarich_db.asked_looks import SET_ASIDE
from mercarich_db.tables import source_items
from mercarich_runs.adapters import fence
from mercarich_runs.adapters.columns import PendingColumns
from mercarich_runs.ports import Operation, Run

CHECKS = PendingColumns.of(Operation.CHECK, source_items, done_run="checked_run")
NOT_SET_ASIDE = func.coalesce(source_items.c.check_problem, "") != SET_ASIDE
"""SQL condition: the source has not ended workers."""


def guard(connection: Connection, run: Run) -> None:
    """Lock the head. Raises `Superseded`."""
    fence.guard(connection, Operation.CHECK, run)


def guard_batch(connection: Connection, batch: CheckBatch) -> None:
    """Lock the head. Raises `Superseded`."""
    guard(connection, Run(batch.run_id, batch.marketplace, batch.generation))
