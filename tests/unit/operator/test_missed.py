"""T11: which missed starts are made up for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mercarich_contracts.schedule import SCHEDULE, ScheduleRow
from mercarich_operator.domain.missed import BadCron, Cron, Started, Wish, late_since, missed

NOW = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)  # 14:00 in Tokyo
ROWS = {row.name: row for row in SCHEDULE}
HOUR = timedelta(hours=1)
MADE = NOW - timedelta(days=90)
TWICE = Cron("0 0,12 * * *", "Asia/Tokyo", suspended=False, active=False, deadline=timedelta(minutes=30), made_at=MADE)


def since(name: str, **known: Started) -> datetime | None:
    """Last starts with this one for the row; every other row has just started."""
    states = {row: known.get(row.replace("-", "_"), Started(NOW)) for row in ROWS}
    return late_since(SCHEDULE, states, ROWS[name], NOW)


def ago(hours: float, **more: object) -> Started:
    return Started(NOW - hours * HOUR, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("hours", "late"), [(13.1, False), (13.3, True)])
def test_t11_a_row_is_late_a_tenth_after_its_interval(hours: float, late: bool) -> None:
    assert since("check-item-yahoo", check_item_yahoo=ago(hours)) == (NOW - hours * HOUR if late else None)


@pytest.mark.parametrize(
    "state",
    [
        Started(None),
        ago(30, paused=True),
        ago(30, wish=Wish(NOW - timedelta(minutes=5), has_job=False)),
        ago(30, wish=Wish(NOW - 11 * HOUR, has_job=True)),
    ],
    ids=["never started", "paused", "wanted", "its Job is there"],
)
def test_t11_a_row_that_nobody_misses_is_not_made_up_for(state: Started) -> None:
    assert since("check-item-yahoo", check_item_yahoo=state) is None


@pytest.mark.parametrize(
    "wish",
    [Wish(NOW - timedelta(minutes=11), has_job=False), Wish(NOW - 13 * HOUR, has_job=True)],
    ids=["expired", "its Job never started"],
)
def test_t11_a_wish_that_came_to_nothing_stands_in_nobodys_way(wish: Wish) -> None:
    assert since("check-item-yahoo", check_item_yahoo=ago(30, wish=wish)) == NOW - 30 * HOUR


def test_t11_what_a_row_of_more_plans_has_done_or_is_about_to_do_is_not_done_again() -> None:
    late, wanted = ago(30), ago(30, wish=Wish(NOW, has_job=False))

    assert since("check-item-yahoo-4", check_item_yahoo_4=late) is None
    assert since("check-item-yahoo-4", check_item_yahoo_4=late, check_item_yahoo=wanted) is None
    assert since("check-item-yahoo-4", check_item_yahoo_4=late, check_item_yahoo=ago(20)) == NOW - 20 * HOUR
    assert since("check-item-yahoo", check_item_yahoo=late, check_item_yahoo_4=wanted) == NOW - 30 * HOUR
    assert since("check-item-mercari", check_item_mercari=late, check_item_yahoo=wanted) == NOW - 30 * HOUR


def test_t11_a_slot_that_passed_is_missed_when_kubernetes_starts_it_no_more() -> None:
    assert missed(TWICE, NOW - 14 * HOUR, NOW)
    assert not missed(TWICE, NOW - HOUR, NOW)
    assert not missed(TWICE, NOW - 15 * HOUR, NOW - 1.6 * HOUR)


def test_a_cronjob_has_missed_nothing_before_it_was_made() -> None:
    assert not missed(replace(TWICE, made_at=NOW - HOUR), NOW - 14 * HOUR, NOW)


@pytest.mark.parametrize(
    "cron",
    [
        Cron("0 0,12 * * *", "Asia/Tokyo", suspended=True, active=False, deadline=timedelta(0), made_at=MADE),
        Cron("0 0,12 * * *", "Asia/Tokyo", suspended=False, active=True, deadline=timedelta(0), made_at=MADE),
        Cron("0 0 * * 1", "Asia/Tokyo", suspended=False, active=False, deadline=timedelta(0), made_at=MADE),
        Cron("0 23 * * *", "UTC", suspended=False, active=False, deadline=timedelta(0), made_at=MADE),
    ],
    ids=["suspended", "its Job is there", "once a week in this cluster", "once a day in this cluster"],
)
def test_t11_what_stands_in_the_cluster_decides(cron: Cron) -> None:
    assert not missed(cron, NOW - 14 * HOUR, NOW)


@pytest.mark.parametrize(
    ("expression", "zone"), [("@every 1h", "UTC"), ("0 0 * * *", "Asia/Nowhere"), ("0 0 * * *", "")]
)
def test_a_schedule_that_cannot_be_read_is_named(expression: str, zone: str) -> None:
    with pytest.raises(BadCron, match=f"{expression!r} in {zone!r} cannot be parsed".replace("*", r"\*")):
        missed(
            Cron(expression, zone, suspended=False, active=False, deadline=timedelta(0), made_at=MADE), NOW - HOUR, NOW
        )


@pytest.mark.parametrize("row", SCHEDULE, ids=lambda row: row.name)
def test_every_row_does_its_own_work(row: ScheduleRow) -> None:
    assert row.covers(row)
