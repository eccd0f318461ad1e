"""The breaker: when it opens, for how long, and how one probe closes it."""

import pytest

from mercarich_marketplace.breaker import Breaker, Entry, Outcome, Phase, Rules

RULES = Rules(open_seconds=10, max_open_seconds=35)


def fed(*outcomes: Outcome, every: float = 0.1) -> Breaker:
    breaker = Breaker(RULES)
    for index, outcome in enumerate(outcomes):
        breaker.record(index * every, outcome)
    return breaker


def test_five_blocks_in_a_row_open_it_and_four_do_not() -> None:
    assert fed(*[Outcome.BLOCKED] * 4).phase(1) is Phase.CLOSED
    assert fed(*[Outcome.BLOCKED] * 5).phase(1) is Phase.OPEN


def test_a_good_answer_breaks_the_row_of_blocks() -> None:
    outcomes = ([Outcome.BLOCKED] * 4 + [Outcome.GOOD] * 8) * 3

    assert fed(*outcomes).phase(3) is Phase.CLOSED


def test_half_of_twenty_calls_failing_opens_it() -> None:
    assert fed(*[Outcome.GOOD, Outcome.FAILED] * 9).phase(2) is Phase.CLOSED
    assert fed(*[Outcome.GOOD, Outcome.FAILED] * 10).phase(2) is Phase.OPEN


def test_twenty_failures_in_a_row_open_it_however_good_the_minute_was_before() -> None:
    good = [Outcome.GOOD] * 500

    assert fed(*good, *[Outcome.FAILED] * 19, every=0.05).phase(26) is Phase.CLOSED
    assert fed(*good, *[Outcome.FAILED] * 20, every=0.05).phase(26) is Phase.OPEN


def test_failures_of_more_than_a_minute_ago_do_not_count() -> None:
    breaker = fed(*[Outcome.FAILED, Outcome.FAILED, Outcome.GOOD] * 6, Outcome.FAILED)
    breaker.record(100.0, Outcome.FAILED)

    assert breaker.phase(100.0) is Phase.CLOSED


def test_more_than_one_in_twenty_unreadable_pages_opens_it_from_forty_on() -> None:
    assert fed(*[Outcome.UNPARSABLE] * 2, *[Outcome.GOOD] * 40).phase(5) is Phase.CLOSED
    assert fed(*[Outcome.UNPARSABLE] * 3, *[Outcome.GOOD] * 36).phase(5) is Phase.CLOSED
    assert fed(*[Outcome.UNPARSABLE] * 3, *[Outcome.GOOD] * 37).phase(5) is Phase.OPEN


def test_an_open_breaker_refuses_and_then_lets_one_probe_through() -> None:
    breaker = fed(*[Outcome.BLOCKED] * 5)

    assert breaker.enter(5.0) is Entry.REFUSE
    assert breaker.enter(10.5) is Entry.PROBE
    assert breaker.enter(10.5) is Entry.WAIT
    assert breaker.phase(10.5) is Phase.HALF_OPEN


def test_a_good_probe_closes_it() -> None:
    breaker = fed(*[Outcome.BLOCKED] * 5)
    breaker.enter(10.5)
    breaker.record(10.6, Outcome.GOOD, probe=True)

    assert breaker.enter(10.6) is Entry.ADMIT


def test_each_failed_probe_doubles_the_open_time_up_to_its_limit() -> None:
    breaker = fed(*[Outcome.BLOCKED] * 5)
    at, waits = 0.4, []
    for _ in range(4):
        opened = at
        while breaker.phase(at) is Phase.OPEN:
            at += 0.5
        waits.append(at - opened)
        assert breaker.enter(at) is Entry.PROBE
        breaker.record(at, Outcome.BLOCKED, probe=True)

    assert waits == pytest.approx([10.0, 20.0, 35.0, 35.0])


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.FAILED, Outcome.UNPARSABLE])
def test_a_probe_that_fails_in_whatever_way_keeps_it_open(outcome: Outcome) -> None:
    breaker = fed(*[Outcome.BLOCKED] * 5)
    assert breaker.enter(10.5) is Entry.PROBE
    breaker.record(10.6, outcome, probe=True)

    assert breaker.enter(10.7) is Entry.REFUSE


def test_a_probe_that_was_given_up_leaves_the_turn_to_the_next_caller() -> None:
    breaker = fed(*[Outcome.BLOCKED] * 5)
    breaker.enter(10.5)
    breaker.abandon_probe()

    assert breaker.enter(10.6) is Entry.PROBE


def test_answers_to_calls_from_before_the_opening_change_nothing() -> None:
    breaker = fed(*[Outcome.BLOCKED] * 5)
    breaker.record(0.6, Outcome.GOOD)
    breaker.record(0.6, Outcome.BLOCKED)

    assert breaker.phase(0.6) is Phase.OPEN
    assert breaker.opened == 1


def test_a_time_that_the_marketplace_names_opens_it_at_once() -> None:
    breaker = Breaker(RULES)
    breaker.open_for(0.0, 30.0)

    assert breaker.phase(29.9) is Phase.OPEN
    assert breaker.phase(30.1) is Phase.HALF_OPEN
