"""When a source is looked at next: by its hazard, by the end of an auction, by its sellers' plan, by the budget."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercarich_checker.domain.freshness import (
    AFTER_END,
    CLOSING_AGAIN,
    DAY,
    PRIOR,
    SOONEST,
    UNKNOWN_AGAIN,
    Hazards,
    Head,
    Learnt,
    Look,
    Page,
    cell_of,
    hazards,
    learn,
    may_be_taken,
    next_looks,
    second_look,
    steered,
    unknown_wait,
)
from mercarich_contracts.market import Marketplace, Reason

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
A_DAY = 1 / DAY.total_seconds()
SAYS_NOTHING = Page()


def _wait(
    page: Page = SAYS_NOTHING, *, hazard: float = 0.02 * A_DAY, threshold: float = 10, longest: float = 12
) -> timedelta:
    look = Look(1, page, NOW, timedelta(hours=longest))
    return next_looks([look], Hazards({}, hazard), threshold)[1] - NOW


def test_a_source_is_due_when_the_stale_time_that_its_look_may_end_reaches_the_threshold() -> None:
    hazard, threshold = 0.02 * A_DAY, 10.0
    wait = _wait(hazard=hazard, threshold=threshold).total_seconds()
    assert hazard * wait**2 / 2 == pytest.approx(threshold)


@given(st.floats(1e-9, 1e-3), st.floats(1.01, 1e3), st.floats(0.01, 1e4))
def test_what_goes_faster_is_looked_at_no_later_within_what_is_allowed(
    hazard: float, factor: float, threshold: float
) -> None:
    slow, fast = _wait(hazard=hazard, threshold=threshold), _wait(hazard=hazard * factor, threshold=threshold)
    assert SOONEST <= fast <= slow <= 12 * HOUR


@pytest.mark.parametrize("longest", [6, 12])
def test_no_source_waits_longer_than_its_sellers_plan_allows(longest: float) -> None:
    assert _wait(threshold=1e6, longest=longest) == longest * HOUR


def test_a_call_that_shows_many_sources_is_worth_the_sum_of_them() -> None:
    looks = [Look(number, Page(), NOW, DAY / 2, call="shop") for number in range(25)] + [Look(99, Page(), NOW, DAY / 2)]
    due = next_looks(looks, Hazards({}, 0.02 * A_DAY), 10)
    alone = due.pop(99) - NOW
    assert len(set(due.values())) == 1
    assert (due[0] - NOW).total_seconds() == pytest.approx(alone.total_seconds() / 5)


@pytest.mark.parametrize(("bids", "ends_in"), [(None, HOUR), (0, HOUR), (3, HOUR), (3, 2 * MINUTE)])
def test_an_auction_is_looked_at_soon_after_its_end(bids: int | None, ends_in: timedelta) -> None:
    assert _wait(Page(bids=bids, end_at=NOW + ends_in)) == ends_in + AFTER_END


def test_an_end_that_is_far_off_changes_nothing_now() -> None:
    assert _wait(Page(bids=1, end_at=NOW + 5 * DAY)) == _wait()


def test_an_end_that_has_passed_says_nothing() -> None:
    assert _wait(Page(bids=1, end_at=NOW - HOUR)) == _wait()


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
        (Page(999, 0, None, NOW), "p0 l0 a0"),
        (Page(1_000, 1, None, NOW - DAY), "p1 l1 a1"),
        (Page(100_000, 20, None, NOW - 30 * DAY), "p4 l3 a2"),
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


def test_the_threshold_rises_while_looks_come_late_and_falls_while_there_is_budget() -> None:
    assert steered(10, HOUR) == pytest.approx(10.5, rel=0.01)
    assert steered(10, -HOUR) == pytest.approx(9.5, rel=0.01)
    assert steered(10, timedelta()) == 10
    threshold = 10.0
    for _ in range(1_000):
        threshold = steered(threshold, HOUR)
    assert threshold == 1e6


_ON_SALE = Head(1, "x1", None, NOW + HOUR, NOW - HOUR, is_free=True, is_plain=True, is_on_sale=True)


@pytest.mark.parametrize(
    ("head", "taken"),
    [
        (_ON_SALE, True),
        (_ON_SALE._replace(checked_at=NOW - SOONEST + MINUTE), False),
        (_ON_SALE._replace(is_plain=False), False),
        (_ON_SALE._replace(is_plain=False, due_at=NOW), True),
        (_ON_SALE._replace(due_at=None, checked_at=None), True),
        (_ON_SALE._replace(due_at=NOW, is_free=False), False),
        (_ON_SALE._replace(due_at=NOW, is_on_sale=False), False),
    ],
    ids=["budget is left", "seen just now", "waits for a time", "its time has come", "never seen", "of a run", "down"],
)
def test_the_watch_takes_what_is_due_and_with_budget_left_what_was_not_seen_just_now(head: Head, taken: bool) -> None:
    assert may_be_taken(head, NOW) is taken
