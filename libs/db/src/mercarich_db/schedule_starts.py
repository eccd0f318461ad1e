"""Which rows of the schedule started when, and which are overdue: read from the tables."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from mercarich_contracts.schedule import SCHEDULE, RowStarts, is_overdue
from mercarich_db.bulk import insert_missing
from mercarich_db.tables import schedule_known, schedule_pauses, schedule_runs


def starts(connection: Connection, now: datetime) -> Sequence[RowStarts]:
    """Of every row of the schedule."""
    newest = select(schedule_runs.c.name, func.max(schedule_runs.c.started_at)).group_by(schedule_runs.c.name)
    last = {row[0]: row[1] for row in connection.execute(newest)}
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


def known_since(connection: Connection) -> Mapping[str, datetime]:
    """When each row came to this database."""
    return {row.name: row.since for row in connection.execute(select(schedule_known))}


def know(connection: Connection) -> None:
    """The rows are here from now on; those that were keep their time."""
    now = datetime.now(UTC)
    insert_missing(connection, schedule_known, [{"name": row.name, "since": now} for row in SCHEDULE])
