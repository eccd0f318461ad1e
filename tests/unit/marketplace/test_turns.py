"""Turns: fair between callers, bounded in number, and never lost."""

import asyncio

import pytest

from mercarich_marketplace.pace import Pace
from mercarich_marketplace.turns import Flow, Turns


def test_a_small_batch_is_not_starved_by_a_large_one() -> None:
    async def scene() -> list[str]:
        turns, order = Turns(Pace(10_000), concurrency=1), list[str]()
        large, small = Flow(), Flow()

        async def call(flow: Flow, name: str) -> None:
            await turns.take(flow)
            order.append(name)
            await asyncio.sleep(0)
            turns.give_back()

        calls = [asyncio.create_task(call(large, "large")) for _ in range(100)]
        await asyncio.sleep(0)
        calls += [asyncio.create_task(call(small, "small")) for _ in range(5)]
        await asyncio.gather(*calls)
        return order

    order = asyncio.run(scene())

    assert len(order) == 105
    assert max(index for index, name in enumerate(order) if name == "small") < 20


def test_no_more_than_the_concurrency_is_under_way_at_once() -> None:
    async def scene() -> int:
        turns, most = Turns(Pace(10_000), concurrency=3), 0

        async def call(flow: Flow) -> None:
            nonlocal most
            await turns.take(flow)
            most = max(most, turns.under_way)
            await asyncio.sleep(0.001)
            turns.give_back()

        await asyncio.gather(*(call(flow) for flow in [Flow() for _ in range(4)] for _ in range(10)))
        assert turns.under_way == 0
        return most

    assert asyncio.run(scene()) == 3


def test_a_caller_that_is_cancelled_leaves_its_turn_to_the_others() -> None:
    async def scene() -> None:
        turns, flow = Turns(Pace(10_000), concurrency=1), Flow()
        await turns.take(flow)
        waiting = [asyncio.create_task(turns.take(Flow())) for _ in range(10)]
        await asyncio.sleep(0)
        turns.give_back()  # This grants the first turn, which is cancelled before it can be used.
        for task in waiting[:9]:
            task.cancel()
        await asyncio.wait_for(waiting[9], 1)
        turns.give_back()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert (turns.under_way, turns.waiting) == (0, 0)

    asyncio.run(scene())


def test_patience_ends_with_a_timeout_and_costs_no_turn() -> None:
    async def scene() -> None:
        turns = Turns(Pace(10_000), concurrency=1)
        await turns.take(Flow())
        impatient = Flow(patience=0.01)
        with pytest.raises(TimeoutError):
            await turns.take(impatient)
        assert impatient.requests == 0
        assert turns.waiting == 0

    asyncio.run(scene())


def test_the_pace_holds_in_real_time() -> None:
    async def scene() -> float:
        turns, flow = Turns(Pace(200), concurrency=50), Flow()
        loop = asyncio.get_running_loop()
        started = loop.time()
        for _ in range(150):
            await turns.take(flow)
            turns.give_back()
        return loop.time() - started

    seconds = asyncio.run(scene())

    assert seconds >= 150 / 200 - 0.25 - 2 / 200
