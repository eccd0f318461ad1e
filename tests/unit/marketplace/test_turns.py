"""Turns: fair between callers, bounded in number, and never lost."""

import asyncio
import selectors
from collections.abc import Coroutine, Sequence
from typing import TypeVar

import pytest

from mercarich_marketplace.pace import Pace
from mercarich_marketplace.turns import Flow, Turns

Value = TypeVar("Value")


def order_of(*groups: tuple[str, Sequence[Flow], int]) -> list[str]:
    """Return the names in the order of their turns, of which one is given at a time. Each group has a name, its callers
    and the calls of each; it comes after the one before has come to wait."""

    async def scene() -> list[str]:
        turns, order = Turns(Pace(10_000), concurrency=1), list[str]()

        async def call(flow: Flow, name: str) -> None:
            await turns.take(flow)
            order.append(name)
            await asyncio.sleep(0)
            turns.give_back()

        calls = []
        for name, flows, times in groups:
            calls += [asyncio.create_task(call(flow, name)) for flow in flows for _ in range(times)]
            await asyncio.sleep(0)
        await asyncio.gather(*calls)
        return order

    return asyncio.run(scene())


def test_a_small_batch_is_not_starved_by_a_large_one() -> None:
    order = order_of(("large", [Flow()], 100), ("small", [Flow()], 5))

    assert len(order) == 105
    assert max(index for index, name in enumerate(order) if name == "small") < 20


def test_an_urgent_caller_has_every_second_turn_before_those_who_wait() -> None:
    order = order_of(("batch", [Flow() for _ in range(20)], 5), ("urgent", [Flow(urgent=True)], 3))

    assert len(order) == 103
    turns = [index for index, name in enumerate(order) if name == "urgent"]
    assert turns == [turns[0], turns[0] + 2, turns[0] + 4]
    assert turns[0] < 4


def test_urgent_callers_come_in_turn_and_between_their_turns_one_of_the_others() -> None:
    urgent = [("U", [Flow(urgent=True)], 3), ("V", [Flow(urgent=True)], 3)]
    order = "".join(order_of(("a", [Flow()], 3), ("b", [Flow()], 3), *urgent))

    assert order.index("U") < order.index("V")
    assert sorted(order) == sorted("aaabbbUUUVVV")
    assert "UU" not in order
    assert "VV" not in order


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


def test_callers_in_the_background_come_behind_all_others() -> None:
    async def scene() -> list[str]:
        turns, order = Turns(Pace(10_000), concurrency=1), list[str]()
        behind, before = Flow(background=1.0), Flow()

        async def call(flow: Flow, name: str) -> None:
            await turns.take(flow)
            order.append(name)
            await asyncio.sleep(0)
            turns.give_back()

        calls = [asyncio.create_task(call(behind, "background")) for _ in range(20)]
        await asyncio.sleep(0)
        calls += [asyncio.create_task(call(before, "run")) for _ in range(20)]
        await asyncio.gather(*calls)
        return order

    order = asyncio.run(scene())

    assert sorted(order) == ["background"] * 20 + ["run"] * 20
    first, last = order.index("run"), len(order) - 1 - order[::-1].index("run")
    assert first <= 2
    assert last - first == 19


def test_callers_in_the_background_have_only_their_share_of_the_rate_together() -> None:
    loop_seconds = 20.0

    async def scene() -> tuple[int, int]:
        loop = asyncio.get_running_loop()
        turns = Turns(Pace(10), concurrency=50, now=loop.time)
        flows = [Flow(background=0.5) for _ in range(3)]
        run = Flow()

        async def calls(flow: Flow) -> None:
            while True:
                await turns.take(flow)
                turns.give_back()

        tasks = [asyncio.create_task(calls(flow)) for flow in flows]
        await asyncio.sleep(loop_seconds)
        alone = sum(flow.requests for flow in flows)
        tasks.append(asyncio.create_task(calls(run)))
        await asyncio.sleep(loop_seconds)
        for task in tasks:
            task.cancel()
        return alone, run.requests

    alone, run = _in_virtual_time(scene())
    assert 0.95 * 5 * loop_seconds <= alone <= 1.05 * 5 * loop_seconds + 2
    assert run >= 0.95 * 10 * loop_seconds


def _in_virtual_time(scene: Coroutine[None, None, Value]) -> Value:
    """Run the scene on a loop whose clock jumps to the next timer."""
    loop = asyncio.SelectorEventLoop(_Jumping())
    loop.time = loop._selector.time  # type: ignore[attr-defined, method-assign]
    try:
        return loop.run_until_complete(scene)
    finally:
        loop.close()


class _Jumping(selectors.SelectSelector):
    """Waits for nothing: each wait moves the clock instead."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        return self._now

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._now += max(timeout or 0.0, 1e-6)
        return super().select(0)
