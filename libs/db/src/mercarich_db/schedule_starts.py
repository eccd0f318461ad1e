"""Read from the tables when rows of the schedule started, and which are overdue."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from mercarich_contracts.schedule import SCHEDULE, RowStarts, is_overdue
from mercarich_db.bulk import insert_missing
from mercarich_db.tables import schedule_known, schedule_pauses, schedule_runs
from mercarich_platform.clock import AHEAD, utc_now


def starts(connection: Connection, now: datetime) -> Sequence[RowStarts]:
    """Return the starts of all rows of the schedule."""
    come = select(schedule_runs.c.name, func.max(schedule_runs.c.started_at)).where(has_come(now))
    last = {row[0]: row[1] for row in connection.execute(come.group_by(schedule_runs.c.name))}
    paused = set(connection.execute(select(schedule_pauses.c.name)).scalars())
    since = known_since(connection)
    return [
        RowStarts(
            row.name,
            last.get(row.name),
            is_overdue(row, last.get(row.name), since.get(row.name), now, paused=row.name in paused),
        )
        for row in SCHEDULE
    ]


def has_come(now: datetime) -> ColumnElement[bool]:
    """SQL condition: the start is none that lies in the future, which only a wrong clock writes."""
    return schedule_runs.c.started_at <= now + AHEAD


def known_since(connection: Connection) -> Mapping[str, datetime]:
    """Return, by name, when each row was added to this database."""
    return {row.name: row.since for row in connection.execute(select(schedule_known))}


def know(connection: Connection) -> None:
    """Add new rows of the schedule with the current time; existing ones keep theirs."""
    now = utc_now()
    insert_missing(connection, schedule_known, [{"name": row.name, "since": now} for row in SCHEDULE])
