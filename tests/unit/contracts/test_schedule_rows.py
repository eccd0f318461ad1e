"""Rows T1 to T9: each job of the old crontab has its row, at its time in Tokyo, with its arguments."""

from pathlib import Path

import pytest

from mercarich_contracts.schedule import SCHEDULE, TIME_ZONE
from mercarich_platform.front import installed

ROWS = {
    "t1 yahoo": ("check-item-yahoo", "0 0,12 * * *", "check_item_yahoo 2 4 --max-workers 14 --beside-watch"),
    "t1 mercari": ("check-item-mercari", "0 0,12 * * *", "check_item_mercari 2 4 --max-workers 14 --beside-watch"),
    "t1 yahoo, four a day": (
        "check-item-yahoo-4",
        "0 6,18 * * *",
        "check_item_yahoo 4 --max-workers 14 --beside-watch",
    ),
    "t1 mercari, four a day": (
        "check-item-mercari-4",
        "0 6,18 * * *",
        "check_item_mercari 4 --max-workers 14 --beside-watch",
    ),
    "t2": ("update-item-mercari", "50 8,20 * * *", "update_item_mercari 2 4 --max-workers 14"),
    "t3": ("update-item-yahoo", "50 11,23 * * *", "update_item_yahoo 2 4 --max-workers 14"),
    "t4 yahoo": ("update-feed-yahoo", "*/10 * * * *", "update_feed_yahoo"),
    "t4 mercari": ("update-feed-mercari", "*/10 * * * *", "update_feed_mercari"),
    "t5": ("env-update", "30 23 * * *", "update_env"),
    "t6": ("delete-old-items", "45 2 * * *", "delete_old_items --expired-days 7"),
    "t7": ("check-background-jobs", "*/8 * * * *", "check_background_jobs"),
    "t8": ("validate-mws-tokens", "33 */4 * * *", "validate_mws_tokens"),
}


@pytest.mark.parametrize("row", ROWS)
def test_t1_t2_t3_t4_t5_t6_t7_t8_each_job_keeps_its_time_and_its_words(row: str) -> None:
    name, cron, command = ROWS[row]

    (found,) = [each for each in SCHEDULE if each.name == name]

    assert (found.cron, " ".join(found.command)) == (cron, command)
    assert TIME_ZONE == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("update_amazon_feed_by_yahoo", "update_feed_yahoo"),
        ("update_amazon_feed_by_mercari", "update_feed_mercari"),
        ("validate_tokens", "validate_mws_tokens"),
    ],
)
def test_t4_t8_both_names_are_one_command(alias: str, name: str) -> None:
    found = installed()

    assert (found[alias].entry.value, found[alias].site) == (found[name].entry.value, found[name].site)


def test_t9_logs_are_rotated_by_no_row_and_nothing_is_restarted() -> None:
    sample = (Path(__file__).resolve().parents[3] / "docker/logrotate.d/mercarich").read_text(encoding="utf-8")
    orders = [line.strip() for line in sample.splitlines() if not line.startswith("#")]

    assert not [row.name for row in SCHEDULE if "log" in row.name or "rotate" in row.name]
    assert "daily" in orders
    assert not {"copytruncate", "postrotate"} & set(orders)


def test_there_is_no_other_row() -> None:
    assert {row.name for row in SCHEDULE} == {name for name, _, _ in ROWS.values()}


def test_a_check_that_a_person_starts_looks_at_everything() -> None:
    by_hand = {row.name: " ".join(row.by_hand) for row in SCHEDULE}

    assert by_hand["check-item-yahoo-4"] == "check_item_yahoo 4 --max-workers 14"
    assert by_hand["update-item-yahoo"] == "update_item_yahoo 2 4 --max-workers 14"
