"""The background task of a shared budget: no exchange for each call, refusals at once, nothing sent without a grant."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from tests.unit.marketplace.replicas import limits_of

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import CutOff, Fault
from mercarich_marketplace.breaker import Outcome
from mercarich_marketplace.budget import Ask, Budget, Closed, Grant, NewerFormat
from mercarich_marketplace.limits import Limits
from mercarich_marketplace.share import SharedBreaker
from mercarich_marketplace.sharing import CUT_OFF_SECONDS, Sharer
from mercarich_marketplace.turns import Flow, Turns
from mercarich_platform.outages import DatabaseAway

LIMITS = limits_of(400.0)


class Memory:
    """`Budgets` of one process; `away` while the database is."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._document: dict[str, object] | None = None
        self.asks: list[Ask] = []
        self.away = False
        self.closed = False

    def settle(self, name: str, ask: Ask) -> Grant:
        if self.away:
            raise DatabaseAway("away by the test")
        self.asks.append(ask)
        budget = Budget(self._limits, self._document, time.time())
        grant = budget.grant(ask)
        self._document = budget.document()
        return grant

    def lower_to(self, rate: float) -> None:
        """Another replica, which is configured with less, asks."""
        budget = Budget(limits_of(rate), self._document, time.time())
        budget.grant(Ask("another"))
        self._document = budget.document()

    def members(self) -> object:
        return (self._document or {}).get("members")

    def close(self) -> None:
        self.closed = True


class Hand:
    """A monotonic clock that a test can set forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@asynccontextmanager
async def shared(
    budgets: Memory, now: Callable[[], float] = time.monotonic
) -> AsyncIterator[tuple[Turns, SharedBreaker, Callable[[], bool]]]:
    sharer = Sharer(budgets, {"mercari": LIMITS}, jitter=0.0, now=now)
    share = sharer.share("mercari")
    async with sharer.beside():
        yield share


def in_time(scene: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await scene()

    asyncio.run(bounded())


async def until(holds: Callable[[], object]) -> None:
    while not holds():
        await asyncio.sleep(0.001)


def test_many_calls_need_few_questions() -> None:
    async def scene() -> None:
        budgets = Memory()
        async with shared(budgets) as (turns, breaker, _):

            async def call() -> None:
                await turns.take(Flow())
                breaker.record(time.monotonic(), Outcome.GOOD)
                turns.give_back()

            await asyncio.gather(*(call() for _ in range(400)))
            assert len(budgets.asks) < 40
        assert budgets.closed

    in_time(scene)


def test_a_replica_that_ends_gives_back_what_it_has() -> None:
    async def scene() -> None:
        budgets = Memory()
        async with shared(budgets) as (turns, _, __):
            await turns.take(Flow())
            assert budgets.members()
            turns.give_back()
        assert budgets.members() == {}

    in_time(scene)


def test_an_open_breaker_refuses_those_who_wait_for_a_turn() -> None:
    async def scene() -> None:
        budgets = Memory()
        budgets.settle("mercari", Ask("another", news=(Closed(60.0),)))
        async with shared(budgets) as (turns, breaker, _):
            with pytest.raises(Fault) as refused:
                await turns.take(Flow())
            assert refused.value.reason is Reason.BREAKER_OPEN
            assert breaker.phase(time.monotonic()) == "open"
            assert (turns.waiting, turns.under_way) == (0, 0)

    in_time(scene)


def test_without_an_answer_nothing_is_sent_and_callers_are_refused() -> None:
    async def scene() -> None:
        budgets, clock = Memory(), Hand()
        async with shared(budgets, clock) as (turns, _, is_cut_off):
            await turns.take(Flow())
            budgets.away = True
            clock.ahead += CUT_OFF_SECONDS + 1  # the cells of before are over
            with pytest.raises(CutOff):
                await turns.take(Flow())
            assert is_cut_off()
            assert turns.under_way == 1
            budgets.away = False
            await until(lambda: not is_cut_off())
            await turns.take(Flow())

    in_time(scene)


def test_an_error_that_nobody_has_thought_of_ends_the_process() -> None:
    class Odd(Memory):
        def settle(self, name: str, ask: Ask) -> Grant:
            return None  # type: ignore[return-value]

    async def scene() -> None:
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        async with shared(Odd()):
            await ended.wait()

    in_time(scene)


def test_a_row_of_a_newer_release_stops_the_calls_and_the_log_says_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    class Newer(Memory):
        newer = True

        def settle(self, name: str, ask: Ask) -> Grant:
            if self.newer:
                raise NewerFormat("what to do")
            return super().settle(name, ask)

    async def scene() -> None:
        budgets, clock = Newer(), Hand()
        async with shared(budgets, clock) as (turns, _, is_cut_off):
            await until(lambda: caplog.records)
            assert is_cut_off()
            with pytest.raises(CutOff):
                await turns.take(Flow())
            budgets.newer = False
            await turns.take(Flow())

    in_time(scene)
    [told] = [record for record in caplog.records if record.levelname == "WARNING"]
    assert (told.message, told.__dict__["why"]) == ("no calls until the shared budget answers", "what to do")


def test_a_replica_that_is_configured_with_more_than_another_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        budgets = Memory()
        budgets.lower_to(100.0)
        async with shared(budgets) as (turns, _, __):
            await turns.take(Flow())
            turns.give_back()
            await until(lambda: len(budgets.asks) > 3)
            assert turns.pace.rate == 100.0

    in_time(scene)
    [told] = [record for record in caplog.records if record.levelname == "WARNING"]
    assert told.message == "another replica is configured with less than this one: the lower limits hold for all"
    assert told.__dict__["in_force"] == "100 a second, 8 at once"


def test_what_was_seen_while_the_database_was_away_is_told_afterwards() -> None:
    async def scene() -> None:
        budgets = Memory()
        async with shared(budgets) as (turns, breaker, _):
            await turns.take(Flow())
            budgets.away = True
            for _ in range(LIMITS.rules.block_streak):
                breaker.record(time.monotonic(), Outcome.BLOCKED)
            budgets.away = False
            await until(lambda: breaker.opened == 1)

    in_time(scene)
