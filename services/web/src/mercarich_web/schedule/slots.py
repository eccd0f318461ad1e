"""Which starts of the schedule were due, missed, paused or requested; `--json` prints these shapes unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from mercarich_contracts.schedule import TIME_ZONE, WISH_LASTS, ScheduleRow, is_overdue


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """One row of the schedule; `missed` counts the starts that were due after the last one and did not happen."""

    name: str
    last_slot: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    exit_code: int | None
    next_slot: datetime
    missed: int | None
    """None when the row never started and it is not known since when it exists."""
    overdue: bool = False
    """The row is not paused, and its last start (or its creation, without one) is more than 1.1 intervals ago."""
    paused_by: str | None = None
    paused_at: datetime | None = None
    command: str = ""
    """The words after `mercarich`."""
    wanted_by: str | None = None
    """Who asked for a start now that has not happened yet."""
    wanted_at: datetime | None = None
    wanted_job: str | None = None
    """On Kubernetes: the Job created for the request, whose pod has not started yet."""
    wanted_problem: str | None = None
    """On Kubernetes: why no Job was created yet."""
    wish_expired: bool = False
    """The request was not met in time. Without a Job it starts nothing any more."""


@dataclass(frozen=True, slots=True)
class ScheduleList:
    schedules: Sequence[ScheduleStatus]


GRACE = timedelta(seconds=60)
"""A start that is late by less does not count as missed."""
COUNTED = 1000
"""Missed starts are counted up to this number."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of a row: it does not start."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """A request to start a row now, which has not been met yet."""

    by: str
    at: datetime
    job: str | None
    """The Job that the cluster's operator created for the request."""
    problem: str | None
    """Why the operator has not created one yet."""


def status(
    row: ScheduleRow,
    last: "LastStart | None",
    now: datetime,
    pause: Pause | None = None,
    wish: Wish | None = None,
    since: datetime | None = None,
) -> ScheduleStatus:
    """Compare the row's last start, or without one its creation, with its cron expression."""
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
"""Slot, start, end and exit code."""
