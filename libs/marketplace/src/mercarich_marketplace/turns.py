"""The outbound budget of one marketplace: rate and concurrency, shared fairly between callers."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mercarich_marketplace.pace import SLACK_SECONDS, Pace
from mercarich_marketplace.share import SharedPace
from mercarich_platform.clock import Monotonic, monotonic


@dataclass(eq=False, slots=True)
class Flow:
    """The queue of one caller: a batch, a single look or a search. Queues take turns, so a long one delays no other."""

    patience: float | None = None
    """Longest wait for a turn in seconds; None for no limit."""
    background: float | None = None
    """The share of the rate that all callers in the background may have together: they get turns that no other caller
    waits for. None: this caller is not one of them."""
    urgent: bool = False
    """This caller has the next turns, before those who wait already. It is not in the background."""
    requests: int = 0
    """Calls made for this caller so far."""
    line: deque[asyncio.Future[None]] = field(default_factory=deque)


class Turns:
    """Grants at most `concurrency` turns at once, no faster than the pace, to one queue after the other."""

    def __init__(self, pace: Pace | SharedPace, concurrency: int, *, now: Monotonic = monotonic) -> None:
        self.pace = pace
        self.concurrency = concurrency
        self.slots = concurrency
        """Turns at once for now: fewer than `concurrency` while other replicas have some of them."""
        self.under_way = 0
        self.waiting = 0
        self._now = now
        self._flows: deque[Flow] = deque()
        self._behind: deque[Flow] = deque()
        self._background = 0.0
        """The moment from which on a caller in the background may have a turn."""
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, flow: Flow) -> None:
        """Wait for a turn. The caller must call `give_back` afterwards. Raise TimeoutError after `flow.patience`."""
        if not self._at_once(flow):
            async with asyncio.timeout(flow.patience):
                await self._wait(flow)
        flow.requests += 1

    def give_back(self) -> None:
        self.under_way -= 1
        self.wake()

    def wake(self) -> None:
        """Grant the turns that are free: the pace or the slots may allow some now."""
        self._grant()

    @property
    def wanting(self) -> int:
        """Callers who could use a turn now. Of those in the background it is one at a time, from its moment on."""
        behind = sum(not ticket.done() for flow in self._behind for ticket in flow.line)
        return self.waiting - behind + (behind > 0 and self._background <= self._now())

    def refuse(self, fault: Callable[[], Exception]) -> None:
        """Raise `fault` in every caller who waits for a turn."""
        while (flow := self._next()) is not None:
            self._pop(flow).set_exception(fault())

    def _at_once(self, flow: Flow) -> bool:
        """Take a free turn unless another caller waits for one; return whether it was taken."""
        now = self._now()
        others = self._flows if flow.background is None else (self._flows or self._behind)
        if others or self.under_way >= self.slots or self._wait_of(flow, now) > 0:
            return False
        self._begin(flow, now)
        return True

    def _wait_of(self, flow: Flow, now: float) -> float:
        """Return the seconds until a caller that is next may have its turn; 0 or less means now."""
        if flow.background is not None and self._background > now:
            return self._background - now
        return self.pace.wait(now)

    async def _wait(self, flow: Flow) -> None:
        ticket = asyncio.get_running_loop().create_future()
        if not flow.line:
            self._queue(flow)
        flow.line.append(ticket)
        self.waiting += 1
        self._grant()
        try:
            await ticket
        except asyncio.CancelledError:
            if ticket.done() and not ticket.cancelled() and ticket.exception() is None:
                self.give_back()  # the turn was granted in the same moment: pass it on
            raise
        finally:
            self.waiting -= 1

    def _grant(self) -> None:
        while self.under_way < self.slots and (flow := self._next()) is not None:
            now = self._now()
            wait = self._wait_of(flow, now)
            if wait > 0:
                self._wake_in(wait)
                return
            ticket = self._pop(flow)
            self._begin(flow, now)
            ticket.set_result(None)

    def _begin(self, flow: Flow, now: float) -> None:
        self.pace.take(now)
        if flow.background is not None:
            own = self.slots / self.concurrency  # what this replica has of the budget
            rate = self.pace.rate * self.pace.share(now) * flow.background * max(own, 1 / self.concurrency)
            self._background = max(self._background, now - SLACK_SECONDS) + 1.0 / rate
        self.under_way += 1

    def _next(self) -> Flow | None:
        """Return the caller that is next, and drop cancelled tickets before its own."""
        for flows in (self._flows, self._behind):
            while flows:
                line = flows[0].line
                while line and line[0].done():
                    line.popleft()
                if line:
                    return flows[0]
                flows.popleft()
        return None

    def _pop(self, flow: Flow) -> asyncio.Future[None]:
        """Return the ticket that is next; the caller's others wait until all others have had a turn."""
        flows = self._flows if flow.background is None else self._behind
        flows.popleft()
        ticket = flow.line.popleft()
        if flow.line:
            self._queue(flow, others=1)
        return ticket

    def _queue(self, flow: Flow, others: int = 0) -> None:
        """`others`: callers who are not urgent and have a turn before this urgent one has another."""
        if flow.urgent:
            ordinary = [place for place, one in enumerate(self._flows) if not one.urgent]
            self._flows.insert(ordinary[others] if others < len(ordinary) else len(self._flows), flow)
        else:
            (self._flows if flow.background is None else self._behind).append(flow)

    def _wake_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._grant)
