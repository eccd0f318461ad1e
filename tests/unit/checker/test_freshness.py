"""Which sources are looked at next: after ends, within plans, and then by what a look is worth."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercarich_checker.domain.freshness import (
    AFTER_END,
    CLOSING_AGAIN,
    INDEX_LAG,
    LONGEST,
    SOONEST,
    UNKNOWN_AGAIN,
    Head,
    Look,
    Next,
    learn,
    look_class,
    most_valuable,
    next_looks,
    ordered_look,
    second_look,
    unknown_wait,
    unseen,
    worth,
)
from mercarich_contracts.hazards import PRIOR, Hazards, Learnt, Page, cell_of, hazards
from mercarich_contracts.market import Marketplace, Reason
from mercarich_contracts.schedule import DAY

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
A_DAY = 1 / DAY.total_seconds()
HALF_A_DAY, QUARTER = LONGEST


def _next(page: Page, longest: timedelta = HALF_A_DAY) -> Next:
    return next_looks([Look(1, page, NOW, longest)], Hazards({}, 0.02 * A_DAY))[1]


def _head(number: int, hazard: float, age: timedelta, longest: timedelta = HALF_A_DAY) -> Head:
    return Head(number, f"x{number}", None, look_class(hazard, longest), None, NOW - age, is_wanted=True)


def test_a_look_is_worth_the_stale_time_that_it_may_end() -> None:
    hazard = 0.02 * A_DAY
    assert worth(_head(1, hazard, HOUR), NOW) == pytest.approx(hazard * 3600**2 / 2, rel=0.12)


@given(st.floats(1e-8, 1e-4), st.floats(1.3, 1e3))
def test_what_goes_faster_is_looked_at_first_and_of_what_goes_as_fast_the_oldest(hazard: float, factor: float) -> None:
    slow, fast, old = _head(1, hazard, HOUR), _head(2, hazard * factor, HOUR), _head(3, hazard, HOUR + 5 * MINUTE)
    assert [head.id for head in most_valuable([slow, fast], 2, NOW)] == [2, 1]
    assert [head.id for head in most_valuable([slow, old], 2, NOW)] == [3, 1]


def test_nothing_is_looked_at_for_its_worth_alone_that_was_seen_just_now() -> None:
    assert most_valuable([_head(1, A_DAY, SOONEST - MINUTE)], 1, NOW) == []
    assert len(most_valuable([_head(1, A_DAY, SOONEST)], 1, NOW)) == 1


@pytest.mark.parametrize("longest", LONGEST)
def test_what_the_plan_lets_wait_no_longer_comes_before_all_worth(longest: timedelta) -> None:
    slow, fast = _head(1, 1e-8, longest, longest), _head(2, 1e-3, longest - MINUTE, longest)
    assert [head.id for head in most_valuable([fast, slow], 2, NOW)] == [1, 2]


def test_ends_come_before_what_the_plan_lets_wait_no_longer() -> None:
    overdue, ended = _head(1, 1e-6, DAY), _head(2, 1e-8, HOUR)._replace(due_at=NOW)
    assert [head.id for head in most_valuable([overdue, ended], 2, NOW)] == [2, 1]
    assert worth(ended._replace(due_at=NOW + MINUTE), NOW) < worth(overdue, NOW)


def test_what_is_still_to_be_bought_is_looked_at_again_after_as_long_as_its_order_is_known() -> None:
    waits, at = [], NOW
    for _ in range(5):
        due_at = ordered_look(Next(None), at, NOW).due_at
        assert due_at is not None
        waits.append((due_at - at) / MINUTE)
        at = due_at
    assert waits == [10, 10, 20, 40, 60]


def test_the_end_of_an_auction_stays_due_before_a_look_for_its_order() -> None:
    end_at = NOW + 5 * MINUTE
    assert ordered_look(Next(7, end_at), NOW, NOW) == Next(7, end_at)
    assert ordered_look(Next(7, NOW + HOUR), NOW, NOW) == Next(7, NOW + 10 * MINUTE)


def test_second_looks_come_after_ends_however_late_and_before_what_is_overdue() -> None:
    overdue, ended = _head(1, 1e-6, DAY), _head(2, 1e-8, HOUR)._replace(due_at=NOW)
    held = _head(3, 1e-8, DAY)._replace(look_class=None, due_at=NOW - DAY)
    assert [head.id for head in most_valuable([overdue, held, ended], 3, NOW)] == [2, 3, 1]


def test_what_is_not_on_sale_is_not_looked_at() -> None:
    assert most_valuable([_head(1, A_DAY, DAY)._replace(is_wanted=False)], 1, NOW) == []
    assert worth(_head(1, A_DAY, DAY)._replace(look_class=None), NOW) == 0


def test_no_more_are_taken_than_there_is_room_for_and_none_twice() -> None:
    heads = [_head(number, A_DAY, number * HOUR) for number in range(1, 9)]
    assert [head.id for head in most_valuable([*heads, *heads], 3, NOW)] == [8, 7, 6]


def test_a_call_that_shows_many_sources_is_worth_the_sum_of_them() -> None:
    learnt = Hazards({}, 0.02 * A_DAY)
    looks = [Look(number, Page(), NOW, HALF_A_DAY, call="shop") for number in range(25)]
    alone = next_looks([Look(99, Page(), NOW, HALF_A_DAY)], learnt)[99].look_class
    together = {each.look_class for each in next_looks(looks, learnt).values()}
    assert together == {look_class(25 * 0.02 * A_DAY, HALF_A_DAY)}
    assert together != {alone}


@given(st.floats(1e-9, 1e-2))
def test_the_hazards_of_a_class_are_alike_and_plans_have_classes_of_their_own(hazard: float) -> None:
    assert look_class(hazard * 1.3, HALF_A_DAY) - look_class(hazard, HALF_A_DAY) in (2, 4)
    assert look_class(hazard, QUARTER) == look_class(hazard, HALF_A_DAY) + 1


def test_the_lowest_hazards_share_a_class() -> None:
    assert look_class(1e-12, HALF_A_DAY) == look_class(1e-10, HALF_A_DAY) == 0


@pytest.mark.parametrize("ends_in", [2 * MINUTE, HOUR, 5 * DAY])
def test_an_auction_is_due_soon_after_its_end(ends_in: timedelta) -> None:
    assert _next(Page(end_at=NOW + ends_in)).due_at == NOW + ends_in + AFTER_END


def test_an_end_that_has_passed_says_nothing() -> None:
    assert _next(Page(end_at=NOW - HOUR)) == _next(Page())


def test_few_looks_change_little_and_many_decide() -> None:
    prior = PRIOR[Marketplace.MERCARI]
    few = hazards(prior, {"p1": Learnt(DAY.total_seconds(), 1)})
    assert few.of("p1") < 2 * prior
    days = 10_000
    many = hazards(
        prior, {"fast": Learnt(days * DAY.total_seconds(), 0.5 * days), "slow": Learnt(days / A_DAY, days / 200)}
    )
    assert many.of("fast") == pytest.approx(0.5 * A_DAY, rel=0.01)
    assert many.of("slow") == pytest.approx(0.005 * A_DAY, rel=0.2)
    assert many.of("slow") < many.of("never seen") < many.of("fast")


def test_what_goes_between_two_looks_has_gone_half_way() -> None:
    learnt = Learnt()
    learn(learnt, HOUR, Page(), NOW, gone=False)
    learn(learnt, HOUR, Page(), NOW, gone=True)
    assert learnt == Learnt(1.5 * 3600, 1)


def test_an_auction_that_ended_at_its_time_does_not_count_as_gone_before() -> None:
    learnt = Learnt()
    learn(learnt, HOUR, Page(end_at=NOW - MINUTE), NOW, gone=True)
    assert learnt == Learnt()


@pytest.mark.parametrize(
    ("page", "cell"),
    [
        (Page(), "px lx ax"),
        (Page(999, 0, NOW), "p0 l0 a0"),
        (Page(1_000, 1, NOW - DAY), "p1 l1 a1"),
        (Page(100_000, 20, NOW - 30 * DAY), "p4 l3 a2"),
    ],
)
def test_sources_that_look_alike_are_in_one_cell(page: Page, cell: str) -> None:
    assert cell_of(page, NOW) == cell


def test_a_suspected_source_is_looked_at_again_after_ever_longer_waits() -> None:
    at, waits = NOW, []
    for _ in range(8):
        again = second_look(at, NOW, 10 * MINUTE)
        waits.append(again - at)
        at = again
    assert waits[:4] == [10 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE]
    assert waits[-1] <= DAY / 2


def test_a_look_that_tells_nothing_only_waits() -> None:
    assert unknown_wait(Reason.CLOSING) == CLOSING_AGAIN
    assert unknown_wait(Reason.BLOCKED) == unknown_wait(None) == UNKNOWN_AGAIN


_spans = st.timedeltas(timedelta(0), 2 * DAY)


@given(st.floats(1e-8, 1e-4), _spans, _spans, st.sampled_from(LONGEST))
def test_a_glimpse_makes_a_look_worth_less_and_never_nothing(
    hazard: float, age: timedelta, ago: timedelta, longest: timedelta
) -> None:
    head = _head(1, hazard, age, longest)
    glimpsed = head._replace(glimpsed_at=NOW - ago)

    assert worth(glimpsed, NOW) <= worth(head, NOW)
    assert (worth(glimpsed, NOW) > 0) == (worth(head, NOW) > 0)


@given(st.floats(1e-8, 1e-4), _spans, _spans, st.sampled_from(LONGEST))
def test_a_glimpse_puts_off_neither_the_plans_look_nor_one_that_is_due(
    hazard: float, more: timedelta, ago: timedelta, longest: timedelta
) -> None:
    overdue = _head(1, hazard, longest + more, longest)
    due = _head(2, hazard, more, longest)._replace(due_at=NOW - ago)
    gone = due._replace(look_class=None)

    for head in (overdue, due, gone):
        assert worth(head._replace(glimpsed_at=NOW), NOW) == worth(head, NOW)


@given(st.floats(1e-8, 1e-4), _spans, _spans)
def test_only_a_glimpse_that_the_index_cannot_have_kept_from_before_the_look_counts(
    hazard: float, age: timedelta, before: timedelta
) -> None:
    head = _head(1, hazard, age)

    old = head._replace(glimpsed_at=NOW - age + INDEX_LAG - before)
    assert worth(old, NOW) == worth(head, NOW)


def test_a_glimpse_counts_as_a_look_an_index_lag_before_it() -> None:
    head = _head(1, 1e-6, 5 * HOUR)._replace(glimpsed_at=NOW - HOUR)

    assert worth(head, NOW) == pytest.approx(worth(_head(1, 1e-6, HOUR + INDEX_LAG), NOW))


@pytest.mark.parametrize(
    ("end_at", "looked_at", "hours"),
    [
        (None, NOW - 6 * HOUR, 3),
        (NOW - HOUR, NOW - 6 * HOUR, 1),
        (NOW - 7 * HOUR, NOW - 6 * HOUR, 3),  # it was on sale after that end: it was relisted
        (NOW + HOUR, NOW - 6 * HOUR, 3),  # bought out before its end
        (NOW - HOUR, None, 0),
    ],
)
def test_before_the_look_it_has_been_gone_since_its_end_or_for_half_of_the_time(
    end_at: datetime | None, looked_at: datetime | None, hours: float
) -> None:
    assert unseen(Page(end_at=end_at), looked_at, NOW) == hours * HOUR
