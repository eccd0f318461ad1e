"""Which worker has which item: a lease on the row, counted at the claim so that a killer is found."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from mercarich_checker.adapters.fence import hold_newest
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_db.tables import source_items

_items = source_items.c


def claim(connection: Connection, batch: CheckBatch, until: datetime, now: datetime) -> Sequence[BatchItem]:
    """Take those of the batch that wait; a message that came twice finds none. Raises `Superseded`."""
    hold_newest(connection, batch.marketplace, batch.generation)
    ids = sorted(item.id for item in batch.items)
    waiting = and_(_mine(batch, ids), or_(_items.check_not_before.is_(None), _items.check_not_before <= now))
    free = select(_items.id).where(waiting).order_by(_items.id).with_for_update()
    taken = set(connection.execute(free).scalars())
    claimed = update(source_items).where(_items.id.in_(sorted(taken)))
    connection.execute(claimed.values(check_attempts=_items.check_attempts + 1, check_not_before=until))
    return [item for item in batch.items if item.id in taken]


def renew(connection: Connection, batch: CheckBatch, ids: Sequence[int], until: datetime) -> None:
    leased = and_(_mine(batch, ids), _items.check_attempts > 0)
    connection.execute(update(source_items).where(leased).values(check_not_before=until))


def release(connection: Connection, batch: CheckBatch, ids: Sequence[int]) -> None:
    """The worker speaks, so these did not kill it: their attempts are forgotten."""
    given_back = update(source_items).where(_mine(batch, ids))
    connection.execute(given_back.values(check_attempts=0, check_not_before=None))


def _mine(batch: CheckBatch, ids: Sequence[int]) -> ColumnElement[bool]:
    return and_(_items.id.in_(sorted(ids)), _items.check_run == batch.run_id)
