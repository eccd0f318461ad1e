"""Which starts of the schedule fell due, which of them did not come, and which are paused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from mercarich_contracts.schedule import TIME_ZONE, WISH_LASTS, ScheduleRow, is_overdue
from mercarich_web.domain.reports import ScheduleStatus

GRACE = timedelta(seconds=60)
"""A start this late is not missed yet."""
COUNTED = 1000
"""Missed starts are counted up to here."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Somebody wants no starts of a row."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants a start now, which has not come yet."""

    by: str
    at: datetime
    job: str | None
    """The Job that the cluster's operator has made for it."""
    problem: str | None
    """Why the operator has made none yet."""


def status(
    row: ScheduleRow,
    last: "LastStart | None",
    now: datetime,
    pause: Pause | None = None,
    wish: Wish | None = None,
    since: datetime | None = None,
) -> ScheduleStatus:
    """The row's last start, or how long it is here without one, against its cron expression."""
    zone = ZoneInfo(TIME_ZONE)
    next_slot = next(CronSim(row.cron, now.astimezone(zone))).astimezone(now.tzinfo)
    slot, started_at, ended_at, exit_code = last or (None, None, None, None)
    begun = since if slot is None else slot
    return ScheduleStatus(
        name=row.name,
        last_slot=slot,
        started_at=started_at,
        ended_at=ended_at,
        exit_code=exit_code,
        next_slot=next_slot,
        missed=None if begun is None else _missed(row, begun.astimezone(zone), now),
        overdue=is_overdue(row, started_at, since, now, paused=pause is not None),
        paused_by=pause.by if pause else None,
        paused_at=pause.at if pause else None,
        command=" ".join(row.command),
        wanted_by=wish.by if wish else None,
        wanted_at=wish.at if wish else None,
        wanted_job=wish.job if wish else None,
        wanted_problem=wish.problem if wish else None,
        wish_expired=wish is not None and now - wish.at >= WISH_LASTS,
    )


def _missed(row: ScheduleRow, slot: datetime, now: datetime) -> int:
    missed = 0
    for due in CronSim(row.cron, slot):
        if due > now - GRACE or missed == COUNTED:
            break
        missed += 1
    return missed


LastStart = tuple[datetime, datetime, datetime | None, int | None]
"""slot, started, ended, exit code"""
