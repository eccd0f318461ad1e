"""Calls under way."""

import asyncio

import pytest

from mercarich_marketplace.under_way import UnderWay


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
