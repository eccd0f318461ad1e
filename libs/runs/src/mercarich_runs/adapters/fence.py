"""The fence around every write of a run: nothing of a superseded run reaches a row."""

from sqlalchemy import Connection, bindparam, select

from mercarich_contracts.market import Marketplace
from mercarich_db.tables import run_heads
from mercarich_runs import ports

_OF = (run_heads.c.operation == bindparam("of_operation"), run_heads.c.marketplace == bindparam("of_marketplace"))
_HEAD = select(run_heads.c.generation).where(*_OF).with_for_update(read=True)
"""Built once: it is in every transaction of a run."""


def lock_newest(connection: Connection, operation: ports.Operation, marketplace: Marketplace, generation: int) -> None:
    """Lock the head until the transaction ends, so that no newer run starts meanwhile. Raises `Superseded`."""
    if generation == ports.UNCONTROLLED:
        return
    head = {"of_operation": operation, "of_marketplace": marketplace}
    if connection.execute(_HEAD, head).scalar() != generation:
        raise ports.Superseded
