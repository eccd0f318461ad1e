"""How many orders exposure lets expect to be cancelled, beside how many were."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mercarich_checker.domain.cancellations import FIRST_LOOK, Outcome, Period, outcome, went_later

DAY = timedelta(days=1)
PERIOD = Period(orders=200, cancelled=3, cancelled_later=2, exposed=12 * DAY, offers=100, length=12 * DAY)
"""A hundredth of the time on sale was exposed."""


def test_of_orders_as_many_are_expected_to_be_cancelled_as_time_was_exposed() -> None:
    found = outcome([PERIOD, replace(PERIOD, orders=100, cancelled=0, cancelled_later=0, offers=50)])

    assert (found.orders, found.cancelled, found.cancelled_later) == (300, 3, 2)
    assert found.expected == pytest.approx(2 + 2)


def test_never_more_than_all_are_expected() -> None:
    assert outcome([replace(PERIOD, offers=1, exposed=99 * DAY)]).expected == 200


@pytest.mark.parametrize("nothing", [{"offers": 0}, {"length": timedelta()}])
def test_where_nothing_can_be_expected_nothing_is_counted(nothing: dict[str, object]) -> None:
    assert outcome([replace(PERIOD, **nothing)]) == Outcome(0, 0, 0, 0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gone_after", "later"), [(-DAY, False), (timedelta(), False), (FIRST_LOOK, False), (2 * FIRST_LOOK, True)]
)
def test_what_is_seen_gone_long_after_the_order_went_later(gone_after: timedelta, later: bool) -> None:
    read_at = datetime(2026, 1, 5, tzinfo=UTC)

    assert went_later(read_at, read_at + gone_after) is later


def test_of_what_no_look_saw_gone_nothing_is_known() -> None:
    assert not went_later(datetime(2026, 1, 5, tzinfo=UTC), None)
