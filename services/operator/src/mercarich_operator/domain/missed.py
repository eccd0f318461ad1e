"""Find missed starts of the schedule, which are to be repeated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfoNotFoundError

from cronsim import CronSimError

from mercarich_contracts.schedule import OVERDUE_AFTER, WISH_LASTS, RowStarts, ScheduleRow
from mercarich_contracts.slots import longest_interval, slot_at

T = TypeVar("T")
CATCH_UP = "catch-up"
"""The name in the audit log of who requested such a start."""


class BadCron(ValueError):
    """A CronJob's schedule cannot be parsed; the text contains it."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A CronJob as it is in the cluster: its times may differ from the schedule table by values of the chart."""

    expression: str
    time_zone: str
    suspended: bool
    active: bool
    """Whether one of its Jobs has not ended: the start has happened, or is about to."""
    deadline: timedelta
    """Kubernetes itself makes up for a start that is late by less than this."""
    made_at: datetime
    """A marketplace that was switched off and on again has new CronJobs, which have missed nothing before."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A requested start of a row of the schedule; it is deleted when the start has happened."""

    at: datetime
    has_job: bool


@dataclass(frozen=True, slots=True)
class Started:
    """What is known about the starts of one row."""

    last: datetime | None
    """Its last start, or when the row was added; None: unknown, so that no start can be found missing."""
    wish: Wish | None = None
    paused: bool = False


def late_since(
    rows: Sequence[ScheduleRow], known: Mapping[str, Started], row: ScheduleRow, now: datetime
) -> datetime | None:
    """Return when a late row's work last began; None when it is not late, unknown, paused or already requested.

    Late means longer ago than its interval and a tenth. A row that covers more plans does this row's work, too: its
    starts count, and while one is requested this row is not late: both at once would look at the same sellers twice.
    """
    own = known[row.name]
    if own.last is None or own.paused or _comes(row, own, now):
        return None
    doing = [(other, known[other.name]) for other in rows if other.covers(row)]
    if any(_comes(other, state, now) for other, state in doing):
        return None
    begun = max(state.last for _, state in doing if state.last is not None)
    return begun if now - begun > timedelta(seconds=row.interval_seconds * OVERDUE_AFTER) else None


def missed(cron: Cron, since: datetime, now: datetime) -> bool:
    """Return whether a slot has passed since then, too long ago for Kubernetes to start it, and the work is late by
    the CronJob's own times. Raises `BadCron`."""
    since = max(since, cron.made_at)
    slot, interval = _read(slot_at, cron, now)
    return (
        not cron.suspended
        and not cron.active
        and since < slot < now - cron.deadline
        and now - since > interval * OVERDUE_AFTER
    )


def is_overdue_here(starts: RowStarts, cron: Cron | None, now: datetime) -> bool:
    """Return whether a start of the row is overdue by the times of its CronJob, which values of the chart may move or
    suspend; by those of the schedule table where there is no CronJob, or none that can be parsed."""
    since = since_here(starts.since, cron)
    if cron is None or starts.paused or since is None:
        return starts.overdue
    try:
        slot, interval = _read(slot_at, cron, now)
    except BadCron:
        return starts.overdue
    return not cron.suspended and since < slot and now - since > interval * OVERDUE_AFTER


def since_here(since: datetime | None, cron: Cron | None) -> datetime | None:
    """Return since when a row's work has been waited for, which is not before its CronJob was made; None: unknown."""
    return since if since is None or cron is None else max(since, cron.made_at)


def interval_here(row: ScheduleRow, crons: Mapping[str, Cron] | None, now: datetime) -> timedelta | None:
    """Return the longest time between two starts by the row's CronJob; None: it is suspended, or there is none.

    Where the CronJobs (None) or its schedule cannot be read, that of the schedule table.
    """
    by_table = timedelta(seconds=row.interval_seconds)
    if crons is None:
        return by_table
    cron = crons.get(row.name)
    if cron is None or cron.suspended:
        return None
    try:
        return _read(longest_interval, cron, now)
    except BadCron:
        return by_table


def _read(what: Callable[[str, datetime, str], T], cron: Cron, now: datetime) -> T:
    try:
        return what(cron.expression, now, cron.time_zone)
    except (CronSimError, StopIteration, ZoneInfoNotFoundError, ValueError) as error:
        raise BadCron(f"its schedule {cron.expression!r} in {cron.time_zone!r} cannot be parsed") from error


def _comes(row: ScheduleRow, state: Started, now: datetime) -> bool:
    """Somebody wants its start; a Job that does not come to it is not repeated before the next slot."""
    if state.wish is None:
        return False
    return now - state.wish.at < (timedelta(seconds=row.interval_seconds) if state.wish.has_job else WISH_LASTS)
