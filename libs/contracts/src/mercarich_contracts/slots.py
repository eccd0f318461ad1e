"""When a row of the schedule was last due. Needs the extra `slots`."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim

from mercarich_contracts.schedule import TIME_ZONE

GAPS = 8
"""So many of a schedule's last intervals are looked at for the longest: more than the days of a week."""


def longest_interval(cron: str, now: datetime, zone: str = TIME_ZONE) -> timedelta:
    """Return the longest time between two of the last slots. Raises the same as `slot_at`."""
    backwards = CronSim(cron, now.astimezone(ZoneInfo(zone)).replace(microsecond=0), reverse=True)
    slots = [next(backwards) for _ in range(GAPS + 1)]
    return max(later - earlier for later, earlier in pairwise(slots))


def slot_at(cron: str, now: datetime, zone: str = TIME_ZONE) -> tuple[datetime, timedelta]:
    """Return the newest slot not after `now`, in UTC, and its distance from the slot before it.

    Raises `cronsim.CronSimError` for an invalid expression, `StopIteration` for one without slots, and
    `ZoneInfoNotFoundError` or `ValueError` for an invalid time zone.
    """
    local = now.astimezone(ZoneInfo(zone)).replace(microsecond=0)
    backwards = CronSim(cron, local + timedelta(seconds=1), reverse=True)
    slot, before = next(backwards), next(backwards)
    return slot.astimezone(UTC), slot - before
