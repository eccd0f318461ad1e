"""The schedule table. The local scheduler runs it, and the chart renders it as CronJobs.

Cron expressions are in `TIME_ZONE`. Operators use the names in `kubectl create job --from=cronjob/<name>`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES, Site

TIME_ZONE = "Asia/Tokyo"
BESIDE_WATCH = "--beside-watch"
"""Option of a check's start: leave out what the watch has looked at in time."""
DAY = timedelta(days=1)
PLANS = (2, 4)
"""Checks a day that a seller's plan allows."""


def tokyo(at: datetime, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Return a time for people, with its zone. People who work with Mercarich are in Japan, whatever they read."""
    return f"{at.astimezone(ZoneInfo(TIME_ZONE)):{form}} JST"


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    name: str
    cron: str
    command: tuple[str, ...]
    """Arguments of `mercarich`. A row whose command is not installed is not run."""
    component: str
    """The service whose image has the command."""
    deadline_seconds: int
    """Maximum duration of one run."""
    interval_seconds: int = 24 * 3600
    """The longest time between two of its slots."""
    marketplace: Marketplace | None = None
    """None: it is about all of them, or about none."""

    @property
    def by_hand(self) -> tuple[str, ...]:
        """Return the command of a start that a person wants: it looks at everything, whatever the watch has seen."""
        return tuple(word for word in self.command if word != BESIDE_WATCH)

    def covers(self, other: "ScheduleRow") -> bool:
        """Return whether this row does all the work of `other`: the same command, for its plans or more."""
        return self.command[0] == other.command[0] and _plans(self) >= _plans(other)


@dataclass(frozen=True, slots=True)
class RowStarts:
    """The past starts of a row."""

    name: str
    last: datetime | None
    """When it last started; None: never."""
    since: datetime | None
    """As `last`, but without a start the time when the row was added; None: unknown."""
    paused: bool
    overdue: bool
    failed: bool
    """Its last run failed, by its exit code or since it should have ended long ago."""


OVERDUE_AFTER = 1.1
"""Intervals since the last start after which a start was missed."""


def is_overdue(
    row: ScheduleRow, last_start: datetime | None, known_since: datetime | None, now: datetime, *, paused: bool
) -> bool:
    """Return whether a start of the row was missed.

    For a row that never started, the time when it was added (`known_since`) counts as its last start; None: unknown.
    """
    since = known_since if last_start is None else last_start
    return not paused and since is not None and now - since > timedelta(seconds=row.interval_seconds * OVERDUE_AFTER)


WISH_LASTS = timedelta(minutes=10)
"""Lifetime of a requested start. After that it is dropped, since a late start would surprise."""


def _plans(row: ScheduleRow) -> set[str]:
    return set(takewhile(str.isdigit, row.command[1:]))


def _row(
    name: str, cron: str, command: str, component: str, seconds: tuple[int, int], site: Site | None = None
) -> ScheduleRow:
    marketplace = None if site is None else site.marketplace
    return ScheduleRow(name, cron, tuple(command.split()), component, *seconds, marketplace)


_HALF_DAY = (12 * 3600, 12 * 3600)
_TEN_MINUTES = (600, 600)
_DAILY = (3600, 24 * 3600)


def _of_sites() -> Iterator[ScheduleRow]:
    sites = SITES.values()
    for site in sites:
        command = f"check_item_{site} 2 4 --max-workers 14 {BESIDE_WATCH}"
        yield _row(f"check-item-{site}", site.check_all_plans, command, "checker", _HALF_DAY, site)
    for site in sites:
        command = f"check_item_{site} 4 --max-workers 14 {BESIDE_WATCH}"
        yield _row(f"check-item-{site}-4", site.check_four_a_day, command, "checker", _HALF_DAY, site)
    for site in sites:
        command = f"update_item_{site} 2 4 --max-workers 14"
        yield _row(f"update-item-{site}", site.update, command, "updater", _HALF_DAY, site)
    for site in sites:
        yield _row(f"update-feed-{site}", "*/10 * * * *", f"update_feed_{site}", "feed", _TEN_MINUTES, site)


SCHEDULE: tuple[ScheduleRow, ...] = (
    *_of_sites(),
    _row("env-update", "30 23 * * *", "update_env", "web", (600, 24 * 3600)),
    _row("delete-old-items", "45 2 * * *", "delete_old_items --expired-days 7", "web", _DAILY),
    _row("check-background-jobs", "*/8 * * * *", "check_background_jobs", "web", (480, 480)),
    _row("validate-mws-tokens", "33 */4 * * *", "validate_mws_tokens", "feed", (3600, 4 * 3600)),
)
