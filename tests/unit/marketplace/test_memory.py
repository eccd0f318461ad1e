"""The proxy's cache: first misses, and calls in progress."""

import asyncio

import pytest

from mercarich_marketplace.memory import FirstMisses, UnderWay


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def test_a_miss_is_confirmed_by_a_second_one_a_minute_later() -> None:
    clock = Hand()
    misses = FirstMisses(now=clock)

    assert not misses.confirms("a")
    clock.time = 59.0
    assert not misses.confirms("a")
    clock.time = 60.0
    assert misses.confirms("a")


def test_an_id_that_was_there_in_between_starts_anew() -> None:
    clock = Hand()
    misses = FirstMisses(now=clock)
    misses.confirms("a")
    misses.forget("a")
    clock.time = 90.0

    assert not misses.confirms("a")


def test_the_misses_stay_within_their_size() -> None:
    misses = FirstMisses(100, now=Hand())
    for number in range(1000):
        misses.confirms(str(number))

    assert len(misses) == 100


def test_equal_keys_share_one_call() -> None:
    async def scene() -> tuple[int, list[tuple[int, bool]]]:
        calls, under_way = 0, UnderWay[int]()

        async def make() -> int:
            nonlocal calls
            calls += 1
            await asyncio.sleep(0.01)
            return 42

        answers = await asyncio.gather(*(under_way.share("a", make) for _ in range(10)))
        return calls, answers

    calls, answers = asyncio.run(scene())

    assert calls == 1
    assert [value for value, _ in answers] == [42] * 10
    assert [shared for _, shared in answers].count(True) == 9


def test_when_the_first_caller_leaves_another_makes_the_call() -> None:
    async def scene() -> tuple[int, int]:
        calls, under_way = 0, UnderWay[int]()

        async def make() -> int:
            nonlocal calls
            calls += 1
            await asyncio.sleep(0.01)
            return 42

        first, second = (asyncio.create_task(under_way.share("a", make)) for _ in range(2))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()
        value, _ = await asyncio.wait_for(second, 1)
        with pytest.raises(asyncio.CancelledError):
            await first
        return calls, value

    assert asyncio.run(scene()) == (2, 42)
