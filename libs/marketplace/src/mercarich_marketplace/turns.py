"""The outbound budget of one marketplace: rate and concurrency, shared fairly between callers."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from mercarich_marketplace.pace import Pace
from mercarich_platform.clock import Monotonic, monotonic


@dataclass(eq=False, slots=True)
class Flow:
    """The queue of one caller: a batch, a single look or a search. Queues take turns, so a long one delays no other."""

    patience: float | None = None
    """Longest wait for a turn in seconds; None for no limit."""
    requests: int = 0
    """Calls made for this caller so far."""
    line: deque[asyncio.Future[None]] = field(default_factory=deque)


class Turns:
    """Grants at most `concurrency` turns at once, no faster than the pace, to one queue after the other."""

    def __init__(self, pace: Pace, concurrency: int, *, now: Monotonic = monotonic) -> None:
        self.pace = pace
        self.concurrency = concurrency
        self.under_way = 0
        self.waiting = 0
        self._now = now
        self._flows: deque[Flow] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, flow: Flow) -> None:
        """Wait for a turn. The caller must call `give_back` afterwards. Raise TimeoutError after `flow.patience`."""
        if not self._at_once():
            async with asyncio.timeout(flow.patience):
                await self._wait(flow)
        flow.requests += 1

    def give_back(self) -> None:
        self.under_way -= 1
        self._grant()

    def _at_once(self) -> bool:
        """Take a free turn unless another caller waits for one; return whether it was taken."""
        now = self._now()
        if self._flows or self.under_way >= self.concurrency or self.pace.wait(now) > 0:
            return False
        self._begin(now)
        return True

    async def _wait(self, flow: Flow) -> None:
        ticket = asyncio.get_running_loop().create_future()
        if not flow.line:
            self._flows.append(flow)
        flow.line.append(ticket)
        self.waiting += 1
        self._grant()
        try:
            await ticket
        except asyncio.CancelledError:
            if ticket.done() and not ticket.cancelled():  # the turn was granted in the same moment: pass it on
                self.give_back()
            raise
        finally:
            self.waiting -= 1

    def _grant(self) -> None:
        while self.under_way < self.concurrency and (ticket := self._next()) is not None:
            now = self._now()
            wait = self.pace.wait(now)
            if wait > 0:
                self._wake_in(wait)
                return
            self._pop(ticket)
            self._begin(now)
            ticket.set_result(None)

    def _begin(self, now: float) -> None:
        self.pace.take(now)
        self.under_way += 1

    def _next(self) -> asyncio.Future[None] | None:
        """Return the ticket that is next, and drop cancelled tickets before it."""
        while self._flows:
            line = self._flows[0].line
            while line and line[0].done():
                line.popleft()
            if line:
                return line[0]
            self._flows.popleft()
        return None

    def _pop(self, ticket: asyncio.Future[None]) -> None:
        flow = self._flows.popleft()
        assert flow.line.popleft() is ticket
        if flow.line:
            self._flows.append(flow)

    def _wake_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._grant)
