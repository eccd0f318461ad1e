"""Rows T1 to T8: each job of the old crontab has its row, at its time in Tokyo, with its words."""

import pytest

from mercarich_contracts.schedule import SCHEDULE, TIME_ZONE

ROWS = {
    "t1 yahoo": ("check-item-yahoo", "0 0,12 * * *", "check_item_yahoo 2 4 --max-workers 14"),
    "t1 mercari": ("check-item-mercari", "0 0,12 * * *", "check_item_mercari 2 4 --max-workers 14"),
    "t1 yahoo, four a day": ("check-item-yahoo-4", "0 6,18 * * *", "check_item_yahoo 4 --max-workers 14"),
    "t1 mercari, four a day": ("check-item-mercari-4", "0 6,18 * * *", "check_item_mercari 4 --max-workers 14"),
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
def test_t1_to_t8_each_job_keeps_its_time_and_its_words(row: str) -> None:
    name, cron, command = ROWS[row]

    (found,) = [each for each in SCHEDULE if each.name == name]

    assert (found.cron, " ".join(found.command)) == (cron, command)
    assert TIME_ZONE == "Asia/Tokyo"


def test_there_is_no_other_row() -> None:
    assert {row.name for row in SCHEDULE} == {name for name, _, _ in ROWS.values()}
