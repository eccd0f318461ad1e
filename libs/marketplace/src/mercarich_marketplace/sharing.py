"""Keeps a replica's share up to date: asks the shared budget in the background, never once for each call."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import uuid4

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import CutOff, Fault
from mercarich_marketplace.budget import REFRESH_SECONDS, Ask, Grant, NewerFormat
from mercarich_marketplace.limits import Limits
from mercarich_marketplace.share import Share, SharedBreaker
from mercarich_marketplace.turns import Turns
from mercarich_platform.clock import Monotonic, monotonic
from mercarich_platform.outages import DatabaseAway

log = logging.getLogger(__name__)

CUT_OFF_SECONDS = 1.5
"""Without a grant for so long, the replica is not ready and refuses its callers, who ask another replica."""

LEAVE_SECONDS = 1.0
"""Longest wait of a replica that ends for the database to take back what the replica has."""

LOWERED = "another replica is configured with less than this one: the lower limits hold for all"

_PAUSE_SECONDS = 0.25


class Budgets(Protocol):
    def settle(self, name: str, ask: Ask) -> Grant:
        """Tell and ask the budget `name`. Raise `DatabaseAway` or `NewerFormat`. Blocks; may be called from any
        thread."""

    def close(self) -> None: ...


class Sharing:
    """The background task of one budget. Callers wait for their turn in `turns`, whose pace is that of `share`."""

    def __init__(self, name: str, budgets: Budgets, share: Share, turns: Turns, *, now: Monotonic = monotonic) -> None:
        self._name, self._budgets = name, budgets
        self._share, self._turns = share, turns
        self._now = now
        self._due = asyncio.Event()
        self._not_before = float("-inf")
        self._refresh_at = float("-inf")
        self._granted_at = float("-inf")
        self._is_away = self._is_lowered = False
        self._settling: asyncio.Task[Grant] | None = None
        share.wire.wake = self._due.set

    def is_cut_off(self) -> bool:
        return self._now() - self._granted_at > CUT_OFF_SECONDS

    async def run(self) -> None:
        """Ask when cells are wanted, when others must know the news, and every second, until it is cancelled."""
        while True:
            await self._wait()
            await self._exchange()

    async def leave(self) -> None:
        """Give back what the replica has of the budget: the others need not wait for the deadline of its calls.

        A question that a thread still asks ends first: it would take again what was given back.
        """
        turns = self._turns
        last = self._share.ask(0, turns.under_way, free=False)
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                if self._settling is not None:
                    await asyncio.wait((self._settling,))
                await asyncio.to_thread(self._budgets.settle, self._name, last)
        except (DatabaseAway, NewerFormat, TimeoutError) as error:
            log.info("the others wait for what this replica had", extra={"budget": self._name, "why": str(error)})

    async def _wait(self) -> None:
        wire = self._share.wire
        while True:
            self._due.clear()
            asked = wire.urgent or wire.wanted
            at = self._refresh_at
            if asked:
                at = min(at, self._not_before if not wire.urgent or self._is_away else self._now())
            if at <= self._now():
                return
            try:
                async with asyncio.timeout(at - self._now()):
                    await self._due.wait()
            except TimeoutError:
                return

    async def _exchange(self) -> None:
        turns = self._turns
        ask = self._share.ask(turns.wanting, turns.under_way, free=turns.under_way < turns.slots)
        sent_at = self._now()
        settling = self._settling = asyncio.create_task(asyncio.to_thread(self._budgets.settle, self._name, ask))
        try:
            while not (await asyncio.wait((settling,), timeout=_PAUSE_SECONDS))[0]:
                self._refuse_if_cut_off()
            grant = settling.result()
        except (DatabaseAway, NewerFormat) as away:
            self._lost(ask, str(away))
        except Exception as error:  # whatever it is, no cells are had: the budget is kept, and the replica is not ready
            if not self._is_away:
                log.exception("the shared budget cannot be read", extra={"budget": self._name})
            self._lost(ask, type(error).__name__)
        else:
            self._apply(ask, grant, sent_at)

    def _lost(self, ask: Ask, why: str) -> None:
        if not self._is_away:
            log.warning("no calls until the shared budget answers", extra={"budget": self._name, "why": why})
        self._is_away = True
        self._share.lost(ask)
        self._not_before = self._refresh_at = self._now() + _PAUSE_SECONDS
        self._refuse_if_cut_off()

    def _refuse_if_cut_off(self) -> None:
        if self.is_cut_off():
            self._turns.refuse(CutOff)

    def _apply(self, ask: Ask, grant: Grant, sent_at: float) -> None:
        if self._is_away:
            log.info("the shared budget answers again", extra={"budget": self._name})
        self._is_away = False
        self._say_if_lowered(grant)
        now = self._granted_at = self._now()
        self._not_before, self._refresh_at = now + grant.again_seconds, now + REFRESH_SECONDS
        if self._share.apply(grant, sent_at):
            self._turns.refuse(_opened)
        if grant.cells:
            self._turns.slots = grant.slots
        self._turns.wake()

    def _say_if_lowered(self, grant: Grant) -> None:
        own = self._share.limits
        is_lowered = grant.rate_per_second < own.rate_per_second or grant.concurrency < own.concurrency
        if is_lowered == self._is_lowered:
            return
        self._is_lowered = is_lowered
        extra = {
            "budget": self._name,
            "configured": f"{own.rate_per_second:g} a second, {own.concurrency} at once",
            "in_force": f"{grant.rate_per_second:g} a second, {grant.concurrency} at once",
        }
        if is_lowered:
            log.warning(LOWERED, extra=extra)
        else:
            log.info("the configured limits are in force", extra=extra)


def _end_if_failed(task: asyncio.Task[None]) -> None:
    """End the process after an error that nobody has thought of: without its task, the proxy would never call again."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("the task of a shared budget failed", exc_info=error)
        signal.raise_signal(signal.SIGTERM)


def _opened() -> Fault:
    return Fault(Reason.BREAKER_OPEN, "the breaker opened during the wait for a turn: no request was sent")


class Sharer:
    """The shares of one replica in all budgets of its proxy, and their background tasks."""

    def __init__(
        self, budgets: Budgets, limits: Mapping[str, Limits], *, jitter: float, now: Monotonic = monotonic
    ) -> None:
        self._budgets, self._limits = budgets, limits
        self._jitter, self._now = jitter, now
        self._replica = uuid4().hex[:12]
        self._sharings: list[Sharing] = []

    def share(self, name: str) -> tuple[Turns, SharedBreaker, Callable[[], bool]]:
        """Return the turns and the breaker of the budget `name`, and whether it is cut off."""
        limits = self._limits[name]
        share = Share(self._replica, limits, now=self._now, jitter=self._jitter)
        turns = Turns(share.pace, limits.concurrency, now=self._now)
        sharing = Sharing(name, self._budgets, share, turns, now=self._now)
        self._sharings.append(sharing)
        return turns, share.breaker, sharing.is_cut_off

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Run the tasks; at the end, close the budgets."""
        tasks = [asyncio.create_task(sharing.run()) for sharing in self._sharings]
        for task in tasks:
            task.add_done_callback(_end_if_failed)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for sharing in self._sharings:
                await sharing.leave()
            self._budgets.close()
