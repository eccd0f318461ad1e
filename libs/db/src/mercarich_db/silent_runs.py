"""Runs whose planner gives no sign of life: its process was ended, or its machine is gone. Others take them over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, not_, select

from mercarich_contracts.schedule import ScheduleRow
from mercarich_db.tables import runs
from mercarich_platform.clock import AHEAD

SILENT_AFTER = timedelta(seconds=90)
"""A planner gives a sign of life twice a second, also while it is paused or held. While the database is away it cannot,
and neither can anybody take its run over."""


@dataclass(frozen=True, slots=True)
class Silent:
    """An open run without a sign of life."""

    command: str
    """The first word of the command that started it."""
    request_key: str
    """The key under which that command goes on with the run, by the arguments of its first start."""
    heard_at: datetime

    def row(self, rows: Iterable[ScheduleRow], paused: frozenset[str]) -> ScheduleRow | None:
        """Return that of the rows by whose command the run is taken over; None while that is paused.

        That is its own row if a row has started it.
        """
        able = [row for row in rows if row.command[0] == self.command]
        own = [row for row in able if self.request_key.startswith(f"{row.name}-")]
        possible = [max(own, key=lambda row: len(row.name))] if own else able
        return next((row for row in possible if row.name not in paused), None)


def is_silent(now: datetime) -> ColumnElement[bool]:
    """SQL condition for an open run. A sign of life that lies in the future was given by a wrong clock, and is none."""
    heard = runs.c.heartbeat_at.between(now - SILENT_AFTER, now + AHEAD)
    return and_(runs.c.outcome == "running", not_(heard))


def silent_runs(connection: Connection, now: datetime) -> Sequence[Silent]:
    """Return the runs to be taken over. One of --dual-boot is not: a person debugs with it."""
    key = runs.c.request_key
    query = select(runs.c.operation, runs.c.marketplace, key, runs.c.heartbeat_at).order_by(runs.c.id)
    found = connection.execute(query.where(is_silent(now), runs.c.generation > 0, key.is_not(None)))
    return [
        Silent(f"{row.operation}_item_{row.marketplace}", row.request_key.split("/", 2)[2], row.heartbeat_at)
        for row in found
    ]
