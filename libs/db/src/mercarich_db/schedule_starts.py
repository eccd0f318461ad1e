"""Read from the tables when rows of the schedule started, which are overdue, and which failed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, true

from mercarich_contracts.schedule import SCHEDULE, RowStarts, ScheduleRow, is_overdue
from mercarich_db.bulk import insert_missing
from mercarich_db.tables import schedule_known, schedule_pauses, schedule_runs
from mercarich_platform.clock import AHEAD, utc_now
from mercarich_platform.exit_codes import DONE, TRY_AGAIN

OPEN_GRACE = timedelta(minutes=10)
"""So long after its deadline a run that has not ended counts as failed: its pod needs a while to start and to end."""


def starts(connection: Connection, now: datetime) -> Sequence[RowStarts]:
    """Return the starts of all rows of the schedule."""
    begun = {row.name: row for row in newest(connection, now)}
    codes = {row.name: row.exit_code for row in newest(connection, now, ended=True)}
    paused = set(connection.execute(select(schedule_pauses.c.name)).scalars())
    since = known_since(connection)
    found = []
    for row in SCHEDULE:
        run = begun.get(row.name)
        last = run.started_at if run is not None else None
        open_since = last if run is not None and run.ended_at is None else None
        is_paused = row.name in paused
        found.append(
            RowStarts(
                name=row.name,
                last=last,
                since=last or since.get(row.name),
                paused=is_paused,
                overdue=is_overdue(row, last, since.get(row.name), now, paused=is_paused),
                failed=not is_paused and has_failed(row, open_since, codes.get(row.name), now),
            )
        )
    return found


def has_failed(row: ScheduleRow, open_since: datetime | None, exit_code: int | None, now: datetime) -> bool:
    """Return whether the row's last run failed: by the exit code of the newest that ended, or since the newest, which
    has not ended (`open_since`), should have long ago. None: there is no such run.

    What ended with `TRY_AGAIN` goes on in the newest run, and has not failed while that one is under way.
    """
    late = open_since is not None and now - open_since > timedelta(seconds=row.deadline_seconds) + OPEN_GRACE
    goes_on = open_since is not None and exit_code == TRY_AGAIN
    return late or (exit_code not in (None, DONE) and not goes_on)


def newest(connection: Connection, now: datetime, *, ended: bool = False) -> Sequence[Row[Any]]:
    """Return the newest start of each row that has one; with `ended` of those that have ended. A start that lies in the
    future is none."""
    run = schedule_runs.c
    which = and_(has_come(now), run.ended_at.is_not(None) if ended else true())
    slots = select(run.name, func.max(run.slot).label("slot")).where(which).group_by(run.name).subquery()
    same = and_(run.name == slots.c.name, run.slot == slots.c.slot)
    return connection.execute(select(schedule_runs).join(slots, same)).all()


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
