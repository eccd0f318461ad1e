"""When a row of the schedule was last due. Needs the extra `slots`."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from mercarich_contracts.schedule import TIME_ZONE


def slot_at(cron: str, now: datetime, zone: str = TIME_ZONE) -> tuple[datetime, timedelta]:
    """The newest slot that is not after `now`, in UTC, and how long after the one before it that is.

    Raises `cronsim.CronSimError` and `StopIteration` on an expression that cannot be read or has no slots,
    `ZoneInfoNotFoundError` and `ValueError` on a zone that is none.
    """
    local = now.astimezone(ZoneInfo(zone)).replace(microsecond=0)
    backwards = CronSim(cron, local + timedelta(seconds=1), reverse=True)
    slot, before = next(backwards), next(backwards)
    return slot.astimezone(UTC), slot - before
