"""Starts of the schedule that did not come, and are to be made up for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

from cronsim import CronSimError

from mercarich_contracts.schedule import OVERDUE_AFTER, WISH_LASTS, ScheduleRow
from mercarich_contracts.slots import slot_at

CATCH_UP = "catch-up"
"""Who wants such a start, as the audit log names people."""


class BadCron(ValueError):
    """Its times cannot be read; the text says which."""


@dataclass(frozen=True, slots=True)
class Cron:
    """When a CronJob starts, as it stands in the cluster: values of the chart may have changed it."""

    expression: str
    time_zone: str
    suspended: bool
    active: bool
    """A Job of it has not ended: its start is coming, or has come."""
    deadline: timedelta
    """A start that is late by less still comes by itself."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A start that somebody wants, by its row's name; it goes when the start has come."""

    at: datetime
    has_job: bool


@dataclass(frozen=True, slots=True)
class Started:
    """What is known of one row."""

    last: datetime | None
    """Its last start, or when it came here; None: nobody knows, and nothing is made up for."""
    wish: Wish | None = None
    paused: bool = False


def late_since(
    rows: Sequence[ScheduleRow], known: Mapping[str, Started], row: ScheduleRow, now: datetime
) -> datetime | None:
    """When a late row's work was last begun: longer ago than its interval and a tenth. None where it is not late,
    nothing is known of it, it is paused or wanted already.

    A row of more plans does the work, too, and is about to where it is wanted. The newest start wins: both side by
    side, this one would take its sellers from it."""
    own = known[row.name]
    if own.last is None or own.paused or _comes(row, own, now):
        return None
    doing = [(other, known[other.name]) for other in rows if other.covers(row)]
    if any(_comes(other, state, now) for other, state in doing):
        return None
    begun = max(state.last for _, state in doing if state.last is not None)
    return begun if now - begun > timedelta(seconds=row.interval_seconds * OVERDUE_AFTER) else None


def missed(cron: Cron, since: datetime, now: datetime) -> bool:
    """Whether a slot has passed since then, too long ago for Kubernetes to start it, and the work is late by the
    CronJob's own times. Raises `BadCron`."""
    try:
        slot, interval = slot_at(cron.expression, now, cron.time_zone)
    except (CronSimError, StopIteration, ZoneInfoNotFoundError, ValueError) as error:
        raise BadCron(f"its schedule {cron.expression!r} in {cron.time_zone!r} cannot be read") from error
    return (
        not cron.suspended
        and not cron.active
        and since < slot < now - cron.deadline
        and now - since > interval * OVERDUE_AFTER
    )


def _comes(row: ScheduleRow, state: Started, now: datetime) -> bool:
    """Somebody wants its start; a Job that does not come to it is not repeated before the next slot."""
    if state.wish is None:
        return False
    return now - state.wish.at < (timedelta(seconds=row.interval_seconds) if state.wish.has_job else WISH_LASTS)
