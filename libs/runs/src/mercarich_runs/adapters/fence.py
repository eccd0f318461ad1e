"""The fence around all writes of a run: a superseded run cannot write anything."""

from sqlalchemy import Connection, bindparam, select

from mercarich_contracts.market import Marketplace
from mercarich_db.tables import run_heads
from mercarich_runs import ports

_OF = (run_heads.c.operation == bindparam("of_operation"), run_heads.c.marketplace == bindparam("of_marketplace"))
_HEAD = select(run_heads.c.generation).where(*_OF).with_for_update(read=True)
"""Built once, since every transaction of a run uses it."""


def lock_newest(connection: Connection, operation: ports.Operation, marketplace: Marketplace, generation: int) -> None:
    """Lock the head until the transaction ends, so that no newer run can start meanwhile. Raises `Superseded`."""
    if generation == ports.UNCONTROLLED:
        return
    head = {"of_operation": operation, "of_marketplace": marketplace}
    if connection.execute(_HEAD, head).scalar() != generation:
        raise ports.Superseded
