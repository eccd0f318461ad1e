"""Missed starts, counted from the last one in Tokyo's hours."""

from datetime import UTC, datetime, timedelta

import pytest

from mercarich_contracts.schedule import ScheduleRow
from mercarich_web.schedule.slots import COUNTED, status

TWICE_A_DAY = ScheduleRow("check-item-yahoo", "0 0,12 * * *", ("check_item_yahoo",), "checker", 3600)
EVERY_TEN_MINUTES = ScheduleRow("update-feed-yahoo", "*/10 * * * *", ("update_feed_yahoo",), "feed", 600)
NOON_OF_TOKYO = datetime(2026, 11, 25, 3, tzinfo=UTC)


def test_a_row_that_never_started_here_counts_nothing() -> None:
    shown = status(TWICE_A_DAY, None, NOON_OF_TOKYO - timedelta(hours=1))

    assert (shown.last_slot, shown.missed, shown.overdue) == (None, None, False)
    assert shown.next_slot == NOON_OF_TOKYO


@pytest.mark.parametrize(
    ("passed", "missed"),
    [
        (timedelta(hours=11, minutes=59), 0),
        (timedelta(hours=12, seconds=59), 0),
        (timedelta(hours=12, seconds=60), 1),
        (timedelta(hours=37), 3),
    ],
)
def test_a_start_is_missed_when_it_is_a_minute_late(passed: timedelta, missed: int) -> None:
    last = (NOON_OF_TOKYO, NOON_OF_TOKYO, None, None)

    shown = status(TWICE_A_DAY, last, NOON_OF_TOKYO + passed)

    assert shown.missed == missed
    assert shown.last_slot == NOON_OF_TOKYO


def test_counting_ends_somewhere() -> None:
    last = (NOON_OF_TOKYO, NOON_OF_TOKYO, None, None)

    assert status(EVERY_TEN_MINUTES, last, NOON_OF_TOKYO + timedelta(days=400)).missed == COUNTED
