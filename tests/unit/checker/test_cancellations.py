"""How many orders exposure lets expect to be cancelled, beside how many were."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mercarich_checker.domain.cancellations import Outcome, Period, outcome

DAY = timedelta(days=1)
PERIOD = Period(orders=200, cancelled=3, exposed=12 * DAY, offers=100, length=12 * DAY)
"""A hundredth of the time on sale was exposed."""


def test_of_orders_as_many_are_expected_to_be_cancelled_as_time_was_exposed() -> None:
    found = outcome([PERIOD, replace(PERIOD, orders=100, cancelled=0, offers=50)])

    assert (found.orders, found.cancelled) == (300, 3)
    assert found.expected == pytest.approx(2 + 2)


def test_never_more_than_all_are_expected() -> None:
    assert outcome([replace(PERIOD, offers=1, exposed=99 * DAY)]).expected == 200


@pytest.mark.parametrize("nothing", [{"offers": 0}, {"length": timedelta()}])
def test_where_nothing_can_be_expected_nothing_is_counted(nothing: dict[str, object]) -> None:
    assert outcome([replace(PERIOD, **nothing)]) == Outcome(0, 0, 0)  # type: ignore[arg-type]
