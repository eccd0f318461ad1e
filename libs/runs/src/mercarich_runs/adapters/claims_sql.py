"""Which worker has which row: a lease on the row, counted at the claim so that a killer is found."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, update

from mercarich_db.bulk import LockedRows, among
from mercarich_runs.adapters.columns import PendingColumns


def claim(
    connection: Connection, columns: PendingColumns, which: ColumnElement[bool], until: datetime, now: datetime
) -> frozenset[int]:
    """Take those of `which` that nobody has; a message that came twice finds none. Hold the fence before."""
    free = and_(which, or_(columns.not_before.is_(None), columns.not_before <= now))
    taken = frozenset(id for (id,) in LockedRows([columns.id], free).read(connection))
    claimed = update(columns.table).where(among(columns.id, taken))
    connection.execute(claimed.values({columns.attempts: columns.attempts + 1, columns.not_before: until}))
    return taken


def renew(connection: Connection, columns: PendingColumns, which: ColumnElement[bool], until: datetime) -> None:
    leased = and_(which, columns.attempts > 0)
    connection.execute(update(columns.table).where(leased).values({columns.not_before: until}))


def release(connection: Connection, columns: PendingColumns, which: ColumnElement[bool]) -> None:
    """The worker speaks, so these did not kill it: their attempts are forgotten."""
    connection.execute(update(columns.table).where(which).values(columns.values(attempts=0, not_before=None)))
