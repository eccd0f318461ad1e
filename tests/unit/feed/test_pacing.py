"""The token bucket compared with Amazon's own, on a clock that the test moves."""

import pytest

from mercarich_feed.adapters.pacing import Bucket, Pace, Plan
from mercarich_feed.domain.answers import RateLimited, Unsent


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> bool:
        self.now += seconds
        return False


def sent_at(clock: Clock, count: int) -> list[float]:
    pace = Pace(clock.sleep, clock)
    times = []
    for _ in range(count):
        pace.wait(1, "patchListingsItem")
        times.append(clock.now)
    return times


@pytest.mark.parametrize("count", [20, 50, 200, 1500])
def test_f27_a_burst_never_exceeds_the_quota_and_takes_a_tenth_more_at_most(count: int) -> None:
    times = sent_at(Clock(), count)
    for number, at in enumerate(times, start=1):
        assert number <= 5 + 5 * at + 1e-6
    assert times[-1] <= (count - 5) / 5 * 1.1


def test_sellers_do_not_share_a_budget() -> None:
    clock = Clock()
    pace = Pace(clock.sleep, clock)
    for user_id in range(50):
        pace.wait(user_id, "patchListingsItem")
    assert clock.now == 0


def test_the_rate_that_amazon_names_is_adopted() -> None:
    clock = Clock()
    bucket = Bucket(Plan(5, 5), clock)
    bucket.succeeded("1.0")
    for _ in range(4):
        bucket.reserve()
    assert bucket.reserve() == pytest.approx(1.0, rel=0.05)
    bucket.succeeded("not a number")
    assert bucket.reserve() == pytest.approx(2.0, rel=0.05)


def test_a_single_429_drains_the_bucket_and_a_second_one_lowers_the_rate() -> None:
    clock = Clock()
    bucket = Bucket(Plan(5, 5), clock)
    bucket.exceeded(None)
    assert bucket.reserve() == pytest.approx(0.2, rel=0.05)
    clock.now = 1.0
    bucket.exceeded(None)
    assert bucket.reserve() == pytest.approx(0.25, rel=0.05)
    for _ in range(20):
        clock.now += 1.0
        bucket.succeeded(None)
    clock.now += 10
    for _ in range(4):
        bucket.reserve()
    assert bucket.reserve() == pytest.approx(0.2, rel=0.05)


def test_a_turn_that_is_too_far_away_is_handed_back() -> None:
    clock = Clock()
    pace = Pace(clock.sleep, clock)
    for _ in range(14):
        pace.wait(1, "createFeed")
    with pytest.raises(RateLimited) as limited:
        pace.wait(1, "createFeed")
    assert limited.value.retry_after is not None
    assert clock.now == 0


def test_a_wait_ends_with_the_process() -> None:
    pace = Pace(lambda _seconds: True, Clock())
    for _ in range(4):
        pace.wait(1, "patchListingsItem")
    with pytest.raises(Unsent):
        pace.wait(1, "patchListingsItem")
