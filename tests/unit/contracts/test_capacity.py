"""The capacity of a marketplace, from what its sources need and its budget gives."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercarich_contracts.capacity import (
    NOTHING_MEASURED,
    Demand,
    Measured,
    capacity,
    ends_at,
    ends_at_its_pace,
    useful_checkers,
)

AT = datetime(2026, 11, 28, 3, tzinfo=UTC)
HALF = Measured(Demand(43_000, 43_000, 0, 0), AT, 0.5, 0.5, AT)


def test_sources_at_two_looks_a_day_need_a_call_each_within_twelve_hours() -> None:
    told = capacity("yahoo", HALF)

    assert told is not None
    assert told.sources == 43_000
    assert told.needed_per_second == pytest.approx(0.995, abs=0.001)
    assert told.available_per_second == 0.5
    assert told.is_short
    assert told.pass_seconds == 86_000
    assert told.planned_seconds == 43_200


def test_sources_at_four_looks_a_day_take_their_part_of_the_budget_twice() -> None:
    all_twice = replace(HALF, demand=Demand(10_000, 10_000, 0, 0))
    some_often = replace(HALF, demand=Demand(10_000, 10_000, 5_000, 5_000))
    all_often = replace(HALF, demand=Demand(10_000, 10_000, 10_000, 10_000))

    told = [capacity("yahoo", one) for one in (all_twice, some_often, all_often)]

    assert [one and one.pass_seconds for one in told] == [20_000, 30_000, 20_000]
    assert [one and one.planned_seconds for one in told] == [43_200, 43_200, 21_600]
    assert [one and one.needed_per_second * 86_400 for one in told] == pytest.approx([20_000, 30_000, 40_000])


def test_what_nobody_has_counted_or_heard_is_unknown_and_not_enough_or_short() -> None:
    assert capacity("yahoo", NOTHING_MEASURED) is None
    told = capacity("yahoo", replace(HALF, allowed_per_second=None, in_force_per_second=None))
    assert told is not None
    assert (told.is_short, told.pass_seconds, told.available_per_second) == (None, None, None)
    assert useful_checkers(NOTHING_MEASURED) is None
    assert ends_at(10, NOTHING_MEASURED, AT) is None


def test_new_sources_cost_what_those_of_before_cost() -> None:
    bundled = Demand(1_000, 100, 0, 0)

    assert bundled.with_more(500, often=False) == Demand(1_500, 150, 0, 0)
    assert bundled.with_more(500, often=True) == Demand(1_500, 150, 500, 50)
    assert Demand(0, 0, 0, 0).with_more(500, often=False) == Demand(500, 500, 0, 0)


def test_a_run_ends_when_its_calls_are_made_at_the_rate_in_force() -> None:
    throttled = replace(HALF, demand=Demand(1_000, 100, 0, 0), in_force_per_second=0.25)

    assert ends_at(1_000, throttled, AT) == AT + timedelta(seconds=400)
    assert ends_at(1_000, replace(HALF, in_force_per_second=0.0), AT) is None


def test_a_search_ends_at_its_pace_once_there_is_one() -> None:
    assert ends_at_its_pace(300, 100, timedelta(minutes=5), AT) == AT + timedelta(minutes=15)
    assert ends_at_its_pace(0, 100, timedelta(minutes=5), AT) == AT
    assert ends_at_its_pace(300, 9, timedelta(minutes=5), AT) is None


def test_one_checker_is_enough_for_a_real_marketplace_and_a_fast_budget_wants_more() -> None:
    rates = (0.01, 0.5, 1.0, 2.0, 2.1, 300.0)

    assert [useful_checkers(replace(HALF, allowed_per_second=rate)) for rate in rates] == [1, 1, 1, 1, 2, 150]


counts = st.integers(0, 10**7)


@given(counts, counts, st.floats(0.001, 10_000))
def test_it_is_short_exactly_when_a_pass_takes_longer_than_planned(sources: int, often: int, rate: float) -> None:
    few = min(often, sources)
    told = capacity("mercari", replace(HALF, demand=Demand(sources, sources, few, few), allowed_per_second=rate))

    assert told is not None
    assert told.pass_seconds is not None
    if abs(told.pass_seconds - told.planned_seconds) > 1e-6:
        assert told.is_short == (told.pass_seconds > told.planned_seconds)
