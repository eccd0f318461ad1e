"""Which starts of the schedule fell due, and which of them did not come."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from mercarich_contracts.schedule import TIME_ZONE, ScheduleRow
from mercarich_web.domain.reports import ScheduleStatus

GRACE = timedelta(seconds=60)
"""A start this late is not missed yet."""
COUNTED = 1000
"""Missed starts are counted up to here."""


def status(row: ScheduleRow, last: "LastStart | None", now: datetime) -> ScheduleStatus:
    """The row's last start against its cron expression."""
    zone = ZoneInfo(TIME_ZONE)
    next_slot = next(CronSim(row.cron, now.astimezone(zone))).astimezone(now.tzinfo)
    if last is None:
        return ScheduleStatus(row.name, None, None, None, None, next_slot, None)
    slot, started_at, ended_at, exit_code = last
    missed = 0
    for due in CronSim(row.cron, slot.astimezone(zone)):
        if due > now - GRACE or missed == COUNTED:
            break
        missed += 1
    return ScheduleStatus(row.name, slot, started_at, ended_at, exit_code, next_slot, missed)


LastStart = tuple[datetime, datetime, datetime | None, int | None]
"""slot, started, ended, exit code"""
