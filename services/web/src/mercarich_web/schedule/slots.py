"""Which starts of the schedule fell due, which of them did not come, and which are paused or wanted; `--json` prints
these shapes as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from mercarich_contracts.schedule import TIME_ZONE, WISH_LASTS, ScheduleRow, is_overdue


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """One row of the schedule; `missed` counts the starts that fell due after the last one and did not come."""

    name: str
    last_slot: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    exit_code: int | None
    next_slot: datetime
    missed: int | None
    """None when it never started, and nobody knows since when it is here."""
    overdue: bool = False
    """Its last start is older than 1.1 intervals, or there was none in as long; and it is not paused."""
    paused_by: str | None = None
    paused_at: datetime | None = None
    command: str = ""
    """The words after `mercarich`."""
    wanted_by: str | None = None
    """Somebody wants it to start now, and it has not yet."""
    wanted_at: datetime | None = None
    wanted_job: str | None = None
    """On Kubernetes: the Job that was made for it, whose pod has not begun yet."""
    wanted_problem: str | None = None
    """On Kubernetes: why none was made yet."""
    wish_expired: bool = False
    """It was not met in time: without a Job it starts nothing any more."""


@dataclass(frozen=True, slots=True)
class ScheduleList:
    schedules: Sequence[ScheduleStatus]


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
