"""The clock of the simulated week: time jumps, one at a time, in the same order each time."""

import asyncio
from datetime import UTC, datetime

import pytest
from tests.soak.kernel import Kernel, Process
from tests.soak.loop import VirtualLoop

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def kernel() -> Kernel:
    return Kernel(START)


def test_who_waits_longer_comes_later_and_a_day_takes_no_time(kernel: Kernel) -> None:
    heard: list[tuple[str, float]] = []

    def say(name: str, seconds: float) -> None:
        kernel.sleep(seconds)
        heard.append((name, kernel.now))

    kernel.spawn("late", lambda: say("late", 86_400), Process("a"))
    kernel.spawn("early", lambda: say("early", 60), Process("b"))
    kernel.sleep(90_000)
    assert heard == [("early", 60.0), ("late", 86_400.0)]
    assert kernel.utc() == datetime(2026, 1, 2, 1, tzinfo=UTC)


def test_what_is_killed_does_nothing_more_and_what_is_frozen_does_it_later(kernel: Kernel) -> None:
    heard: list[tuple[str, float]] = []
    killed, frozen = Process("killed"), Process("frozen")
    for process in (killed, frozen):
        kernel.spawn(
            process.name, lambda name=process.name: (kernel.sleep(10), heard.append((name, kernel.now))), process
        )
    kernel.sleep(5)
    kernel.kill(killed)
    frozen.frozen_until = 30.0
    kernel.sleep(60)
    assert heard == [("frozen", 30.0)]


def test_a_wake_ends_a_wait_for_somebody_but_no_sleep(kernel: Kernel) -> None:
    heard: list[tuple[str, float]] = []
    waits = kernel.spawn("waits", lambda: (kernel.park(), heard.append(("waits", kernel.now))), Process("a"))
    sleeps = kernel.spawn("sleeps", lambda: (kernel.sleep(50), heard.append(("sleeps", kernel.now))), Process("b"))
    kernel.sleep(1)
    kernel.wake(waits)
    kernel.wake(sleeps)
    kernel.sleep(100)
    assert heard == [("waits", 1.0), ("sleeps", 50.0)]


def test_an_error_that_nobody_expected_is_kept(kernel: Kernel) -> None:
    def break_down() -> None:
        raise ValueError("broken")

    kernel.spawn("breaks", break_down, Process("a"))
    kernel.sleep(1)
    assert [(name, str(error)) for _, name, error in kernel.crashes] == [("breaks", "broken")]


def test_coroutines_wait_in_the_same_time_and_their_stream_comes_as_it_is_made(kernel: Kernel) -> None:
    loop = VirtualLoop(kernel, "loop")

    async def count():  # type: ignore[no-untyped-def]
        for number in range(3):
            await asyncio.sleep(100)
            yield number

    assert [(number, kernel.now) for number in loop.stream(count)] == [(0, 100.0), (1, 200.0), (2, 300.0)]

    async def give_up() -> str:
        try:
            async with asyncio.timeout(7):
                await asyncio.sleep(1000)
        except TimeoutError:
            return "gave up"
        return "slept"

    assert loop.call(give_up) == "gave up"
    assert kernel.now == pytest.approx(307.0)
    kernel.end()
