"""How many offers were up on average over a time, from those that are up now and from what has changed."""

from datetime import UTC, datetime, timedelta

import pytest

from mercarich_listings.mean_on_sale import Change, mean_up

SINCE = datetime(2026, 1, 4, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=8)


def after(days: float, by: int) -> Change:
    return SINCE + timedelta(days=days), by


@pytest.mark.parametrize(
    ("up", "changes", "mean"),
    [
        (10, [], 10),
        (10, [after(4, 10)], 5),
        (0, [after(2, -8)], 2),
        (6, [after(2, 8), after(6, -2)], 5.5),  # none for two days, eight for four, six for two
        (7, [after(9, 7)], 0),  # after the time
        (0, [after(-1, -8)], 0),  # before it
        (0, [after(4, 2)], 0),  # what is unknown does not make it negative
    ],
)
def test_each_offer_counts_for_the_time_that_it_was_up(up: int, changes: list[Change], mean: float) -> None:
    assert mean_up(up, changes, SINCE, UNTIL) == pytest.approx(mean)


def test_of_no_time_at_all_the_offers_now_count() -> None:
    assert mean_up(3, [after(1, 2)], UNTIL, UNTIL) == 3
