"""The schedule table against the hours that the operators know (rows T1 to T8)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from mercarich_contracts.schedule import SCHEDULE, TIME_ZONE, ScheduleRow

DAY = datetime(2026, 11, 25, tzinfo=ZoneInfo("Asia/Tokyo"))
TEN_MINUTES = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 10)]
EIGHT_MINUTES = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 8)]

EXPECTED = [
    ("check-item-yahoo", "check_item_yahoo 2 4 --max-workers 14 --beside-watch", ["00:00", "12:00"]),
    ("check-item-mercari", "check_item_mercari 2 4 --max-workers 14 --beside-watch", ["00:00", "12:00"]),
    ("check-item-yahoo-4", "check_item_yahoo 4 --max-workers 14 --beside-watch", ["06:00", "18:00"]),
    ("check-item-mercari-4", "check_item_mercari 4 --max-workers 14 --beside-watch", ["06:00", "18:00"]),
    ("update-item-yahoo", "update_item_yahoo 2 4 --max-workers 14", ["11:50", "23:50"]),
    ("update-item-mercari", "update_item_mercari 2 4 --max-workers 14", ["08:50", "20:50"]),
    ("update-feed-yahoo", "update_feed_yahoo", TEN_MINUTES),
    ("update-feed-mercari", "update_feed_mercari", TEN_MINUTES),
    ("env-update", "update_env", ["23:30"]),
    ("delete-old-items", "delete_old_items --expired-days 7", ["02:45"]),
    ("check-background-jobs", "check_background_jobs", EIGHT_MINUTES),
    ("validate-mws-tokens", "validate_mws_tokens", ["00:33", "04:33", "08:33", "12:33", "16:33", "20:33"]),
]


def test_the_time_zone_is_tokyo() -> None:
    assert TIME_ZONE == "Asia/Tokyo"


def test_nothing_else_is_scheduled() -> None:
    assert [row.name for row in SCHEDULE] == [name for name, _, _ in EXPECTED]


@pytest.mark.parametrize(("name", "command", "times"), EXPECTED, ids=[name for name, _, _ in EXPECTED])
def test_a_row_starts_its_command_at_its_hours(name: str, command: str, times: list[str]) -> None:
    (row,) = [row for row in SCHEDULE if row.name == name]

    assert " ".join(row.command) == command
    assert _starts_of_the_day(row) == times


@pytest.mark.parametrize("row", SCHEDULE, ids=lambda row: row.name)
def test_a_row_may_not_run_into_a_whole_day(row: ScheduleRow) -> None:
    assert 0 < row.deadline_seconds < 24 * 3600
    assert len(row.name) <= 52  # Longest name of a CronJob: 63 characters less what Kubernetes appends.


def _starts_of_the_day(row: ScheduleRow) -> list[str]:
    starts: list[str] = []
    for start in CronSim(row.cron, DAY.replace(day=24, hour=23, minute=59)):
        if start.date() != DAY.date():
            return starts
        starts.append(f"{start:%H:%M}")
    raise AssertionError("a cron expression never ends")
