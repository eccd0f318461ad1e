"""The checker's columns for pending work, and its check of the fence."""

from sqlalchemy import Connection

from mercarich_contracts.market import Marketplace
from mercarich_db.tables import source_items
from mercarich_runs.adapters import fence
from mercarich_runs.adapters.columns import PendingColumns
from mercarich_runs.ports import Operation

CHECKS = PendingColumns.of(Operation.CHECK, source_items, done_run="checked_run")


def lock_newest(connection: Connection, marketplace: Marketplace, generation: int) -> None:
    """Lock the newest run. Raises `Superseded` when its generation is another one."""
    fence.lock_newest(connection, Operation.CHECK, marketplace, generation)
