"""The outbound pace: the budget is used fully, and never exceeded over any minute."""

import random
from itertools import pairwise

import pytest

from mercarich_marketplace.pace import LOWEST_SHARE, Pace


def times_of(pace: Pace, seconds: float, late: float = 0.0) -> list[float]:
    """Return when a caller that always has something to send may send, waking up to `late` seconds late."""
    draw = random.Random(7)
    now, sent = 1000.0, []
    end = now + seconds
    while now < end:
        wait = pace.wait(now)
        if wait > 0:
            now += wait + draw.random() * late
            continue
        pace.take(now)
        sent.append(now)
    return sent


def most_in_a_minute(sent: list[float]) -> int:
    most, first = 0, 0
    for last, moment in enumerate(sent):
        while sent[first] <= moment - 60:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize("rate", [0.5, 1.0, 2.0, 10.0, 300.0])
@pytest.mark.parametrize("jitter", [0.0, 0.3])
@pytest.mark.parametrize("late", [0.0, 0.02])
def test_the_budget_is_used_and_never_exceeded_over_any_minute(rate: float, jitter: float, late: float) -> None:
    seconds = 600
    sent = times_of(Pace(rate, jitter=jitter, draw=random.Random(1).random), seconds, late)

    assert 0.95 <= len(sent) / (rate * seconds) <= 1.05
    assert most_in_a_minute(sent) <= 1.05 * rate * 60


def test_jitter_moves_calls_apart_without_adding_up() -> None:
    sent = times_of(Pace(1.0, jitter=0.3, draw=random.Random(3).random), 300)
    gaps = [after - before for before, after in pairwise(sent)]

    assert min(gaps) < 0.85
    assert max(gaps) > 1.15
    assert sent[-1] - sent[0] == pytest.approx(len(sent) - 1, abs=1.5)


def test_an_idle_time_is_not_saved_up() -> None:
    pace = Pace(1.0)
    pace.take(0.0)
    sent = 0
    while pace.wait(3600.0) <= 0:
        pace.take(3600.0)
        sent += 1

    assert sent == 1


def test_nothing_goes_out_before_retry_after_has_passed() -> None:
    pace = Pace(100.0)
    pace.slow_down(1000.0, 30.0)

    assert pace.wait(1000.0) == pytest.approx(30.0)
    assert pace.wait(1029.0) == pytest.approx(1.0)
    assert pace.wait(1030.0) <= 0


def test_being_throttled_halves_the_rate_and_it_comes_back_by_a_tenth_a_minute() -> None:
    pace = Pace(10.0)
    pace.slow_down(1000.0, None)

    assert pace.share(1000.0) == pytest.approx(0.5)
    assert pace.share(1060.0) == pytest.approx(0.6)
    assert pace.share(1300.0) == 1.0


def test_calls_that_are_throttled_together_halve_the_rate_once() -> None:
    pace = Pace(10.0)
    for _ in range(8):
        pace.slow_down(1000.0, None)

    assert pace.share(1000.0) == pytest.approx(0.5)


def test_the_rate_never_falls_to_nothing() -> None:
    pace = Pace(10.0)
    for wave in range(20):
        pace.slow_down(1000.0 + 6 * wave, None)

    assert pace.share(1114.0) >= LOWEST_SHARE
