"""When an order's source is searched for again, and what a search came to."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from mercarich_reasons.candidates import PriceMissing, TitleMissing
from mercarich_reasons.order_searches import FoundForOrder, NoneForOrder, OrderSearchFailed, OrderSearchUnsure
from mercarich_reasons.reason import Reason
from mercarich_replacements.filters import Filter, Refusal
from mercarich_updater.domain.order_searches import Standing, ended, lease_of

DEAR, OTHER = Refusal(Filter.PRICE, PriceMissing()), Refusal(Filter.TITLE, TitleMissing())
UNSEEN = Refusal(Filter.UNKNOWN, TitleMissing())
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("refusals", "problem", "result", "conclusive"),
    [
        ([], None, NoneForOrder(0, 0), True),
        ([DEAR, OTHER, DEAR], None, NoneForOrder(3, 2), True),
        ([None, DEAR, None], None, FoundForOrder(2, 3), True),
        ([UNSEEN, DEAR], None, OrderSearchUnsure(2, 1), False),
        ([None, UNSEEN], None, FoundForOrder(1, 2), False),
        ([UNSEEN], "breaker_open", OrderSearchFailed("breaker_open"), False),
        ([None], "breaker_open", FoundForOrder(1, 1), False),
    ],
)
def test_what_a_search_came_to(
    refusals: Sequence[Refusal | None], problem: str | None, result: Reason, conclusive: bool
) -> None:
    end = ended(Standing(), refusals, problem)
    assert (end.result, end.conclusive) == (result, conclusive)


def test_the_next_search_comes_after_10_30_and_60_minutes_then_every_three_hours() -> None:
    standing, waits = Standing(unfinished=1), []
    for _ in range(5):
        end = ended(standing, [DEAR], None)
        standing = end.standing
        waits.append(end.wait / MINUTE)
    assert waits == [10, 30, 60, 180, 180]
    assert standing == Standing(searches=5)


def test_an_inconclusive_search_is_repeated_after_double_the_time_up_to_three_hours() -> None:
    standing, waits = Standing(), []
    for _ in range(12):
        end = ended(standing, [UNSEEN], None)
        standing = end.standing
        waits.append(end.wait / MINUTE)
    assert waits == [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 180, 180, 180]
    assert ended(standing, [None, UNSEEN], None).standing.unsure == 0
    assert ended(standing, [DEAR], None).wait == 10 * MINUTE, "what could not be seen is no search"


def test_a_claim_lasts_for_its_lease_but_after_three_that_nobody_ended() -> None:
    lasting = [lease_of(Standing(unfinished=number), MINUTE) / MINUTE for number in range(1, 5)]
    assert lasting == [1, 1, 180, 180]
