"""The one way out to a marketplace: a call with its turn, breaker, deadline, byte cap and bounded retries."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import Answer, Fault
from mercarich_marketplace.breaker import OUTCOMES, Breaker, Entry, Outcome, Phase
from mercarich_marketplace.budget import LONGEST_PAUSE_SECONDS
from mercarich_marketplace.client import Client
from mercarich_marketplace.metrics import ProxyMetrics
from mercarich_marketplace.share import SharedBreaker
from mercarich_marketplace.turns import Flow, Turns
from mercarich_platform.clock import Clock, Monotonic, monotonic, utc_now

TRIES = 2
RETRIED = frozenset({Reason.TRANSIENT, Reason.TIMED_OUT})

Read = TypeVar("Read")


def _no_headers() -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Call:
    url: str
    method: str = "GET"
    headers: Callable[[], dict[str, str]] = _no_headers
    """Called for each attempt, since a signature is valid for one request only."""
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Guards:
    """The limits that all calls of the process share, and of all replicas where these share their budget."""

    turns: Turns
    breaker: Breaker | SharedBreaker
    metrics: ProxyMetrics
    deadline_seconds: float = 15.0
    """Seconds for one attempt, from the first byte sent to the last byte received."""
    now: Monotonic = monotonic
    utc: Clock = utc_now
    is_cut_off: Callable[[], bool] = lambda: False
    """Whether the shared budget cannot be asked, so that no call can be made: another replica may be able to."""


class Egress:
    def __init__(self, client: Client, guards: Guards) -> None:
        self.guards = guards
        self._client = client
        self._probe_ended = asyncio.Event()

    async def fetch(self, call: Call, read: Callable[[Answer], Read], flow: Flow) -> Read:
        """Send the call and return the response as parsed by `read`.

        Raise `Fault`, with the response in `Fault.answer` when there was one, or `CutOff` when no call can be made.
        """
        for attempt in range(1, TRIES + 1):
            try:
                return await self._try(call, read, flow)
            except Fault as fault:
                if attempt == TRIES or fault.reason not in RETRIED:
                    raise
            await asyncio.sleep(random.uniform(0.1, 0.4) * attempt)
        raise AssertionError("the last attempt returns or raises")

    async def close(self) -> None:
        await self._client.close()

    async def _try(self, call: Call, read: Callable[[Answer], Read], flow: Flow) -> Read:
        probe = await self._admitted()
        answer: Answer | None = None
        try:
            answer = await self._answer(call, flow, probe=probe)
            value = read(answer)
        except Fault as fault:
            fault.answer, fault.url = answer, call.url
            self._learn(fault, probe=probe)
            raise
        else:
            self._record(Outcome.GOOD, probe=probe)
            self.guards.metrics.request("read")
            return value
        finally:
            if probe:
                self.guards.breaker.abandon_probe()
                self._probe_ended.set()

    async def _admitted(self) -> bool:
        """Pass the breaker; return True for the one call that probes. Raise `Fault` while the breaker is open."""
        breaker, now = self.guards.breaker, self.guards.now
        while (entry := breaker.enter(now())) is Entry.WAIT:
            await self._probe_ended.wait()
        if entry is Entry.REFUSE:
            raise Fault(Reason.BREAKER_OPEN, "the breaker is open: no request was sent to the marketplace")
        if entry is Entry.PROBE:
            self._probe_ended.clear()
        return entry is Entry.PROBE

    async def _answer(self, call: Call, flow: Flow, *, probe: bool) -> Answer:
        turns = self.guards.turns
        # All others wait for a probe. It has the next turn, also where its caller in the background had to wait longer.
        queue = Flow(patience=flow.patience, urgent=True) if probe else flow
        try:
            await turns.take(queue)
        except TimeoutError:
            raise Fault(Reason.RATE_LIMITED, "no turn in the outbound budget before the end of the wait") from None
        flow.requests += probe
        try:
            if not probe and self.guards.breaker.phase(self.guards.now()) is not Phase.CLOSED:
                raise Fault(Reason.BREAKER_OPEN, "the breaker opened during the wait for a turn: no request was sent")
            return await self._exchange(call)
        finally:
            turns.give_back()

    async def _exchange(self, call: Call) -> Answer:
        guards = self.guards
        started = guards.now()
        try:
            async with asyncio.timeout(guards.deadline_seconds):
                received = await self._client.ask(call.method, call.url, call.headers(), call.content)
        except TimeoutError:
            raise Fault(Reason.TIMED_OUT, f"no complete response within {guards.deadline_seconds:g} s") from None
        finally:
            guards.metrics.seconds.observe(guards.now() - started)
        return Answer(call.url, received.status, received.headers, received.body, guards.utc())

    def _learn(self, fault: Fault, *, probe: bool) -> None:
        outcome = OUTCOMES.get(fault.reason)
        if outcome is None:
            return
        guards, now = self.guards, self.guards.now()
        self._record(outcome, probe=probe)
        guards.metrics.request(fault.reason.value)
        throttled = fault.reason is Reason.RATE_LIMITED and fault.answer is not None
        if throttled or fault.retry_after is not None:
            guards.turns.pace.slow_down(now, min(fault.retry_after or 0.0, LONGEST_PAUSE_SECONDS))
        if fault.retry_after is not None and fault.retry_after > LONGEST_PAUSE_SECONDS:
            guards.breaker.open_for(now, fault.retry_after)

    def _record(self, outcome: Outcome, *, probe: bool) -> None:
        self.guards.breaker.record(self.guards.now(), outcome, probe=probe)
