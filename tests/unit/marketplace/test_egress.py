"""One call to a marketplace: retries, deadline, byte limit, and what the breaker and the pace learn."""

import asyncio
from collections.abc import Mapping

import pytest

from mercarich_contracts.market import ErrorClass, Marketplace, Reason
from mercarich_marketplace.answers import Answer, Fault, retry_after_seconds
from mercarich_marketplace.breaker import Breaker, Entry, Phase, Rules
from mercarich_marketplace.client import Received
from mercarich_marketplace.egress import Call, Egress, Guards
from mercarich_marketplace.metrics import ProxyMetrics
from mercarich_marketplace.pace import Pace
from mercarich_marketplace.turns import Flow, Turns


class Upstream:
    """A client that gets the next response of a list; the last one repeatedly."""

    def __init__(self, *answers: Received | Exception, after_seconds: float = 0.0) -> None:
        self._answers = list(answers)
        self._after_seconds = after_seconds
        self.calls = 0
        self.signatures: list[str] = []

    async def ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Received:
        self.calls += 1
        self.signatures.append(headers.get("DPoP", ""))
        await asyncio.sleep(self._after_seconds)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None: ...


def status(number: int, **headers: str) -> Received:
    return Received(number, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


class Hand:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def read(answer: Answer) -> bytes:
    reasons = {403: Reason.BLOCKED, 429: Reason.RATE_LIMITED, 503: Reason.TRANSIENT}
    if answer.status != 200:
        raise Fault(reasons[answer.status], f"HTTP {answer.status}", retry_after=retry_after_seconds(answer))
    return answer.body


def egress(upstream: Upstream, *, deadline: float = 1.0, clock: Hand | None = None) -> Egress:
    clock = clock or Hand()
    guards = Guards(
        turns=Turns(Pace(100_000), 4, now=clock),
        breaker=Breaker(Rules(open_seconds=10)),
        metrics=ProxyMetrics(Marketplace.YAHOO),
        deadline_seconds=deadline,
        now=clock,
    )
    return Egress(upstream, guards)


def fetch(way: Egress, flow: Flow | None = None) -> bytes:
    return asyncio.run(way.fetch(Call("http://market/x"), read, flow or Flow()))


OK = Received(200, {}, b"page")
DOWN = status(503)


def test_a_passing_failure_is_tried_once_more() -> None:
    upstream, flow = Upstream(DOWN, OK), Flow()

    assert fetch(egress(upstream), flow) == b"page"
    assert flow.requests == 2


def test_a_connection_that_fails_twice_is_a_transient_fault() -> None:
    upstream = Upstream(Fault(Reason.TRANSIENT, "refused"))
    with pytest.raises(Fault) as caught:
        fetch(egress(upstream))

    assert caught.value.reason is Reason.TRANSIENT
    assert caught.value.error_class is ErrorClass.TRANSIENT
    assert caught.value.url == "http://market/x"
    assert upstream.calls == 2


def test_each_try_has_a_signature_of_its_own() -> None:
    upstream, numbers = Upstream(DOWN, OK), iter("12")
    call = Call("http://market/x", headers=lambda: {"DPoP": next(numbers)})
    asyncio.run(egress(upstream).fetch(call, read, Flow()))

    assert upstream.signatures == ["1", "2"]


@pytest.mark.parametrize("number", [403, 429])
def test_a_block_and_a_throttle_are_not_tried_again(number: int) -> None:
    upstream = Upstream(status(number))
    with pytest.raises(Fault):
        fetch(egress(upstream))

    assert upstream.calls == 1


def test_an_answer_that_is_not_whole_at_the_deadline_is_timed_out() -> None:
    upstream = Upstream(OK, after_seconds=30)
    with pytest.raises(Fault) as caught:
        fetch(egress(upstream, deadline=0.05))

    assert caught.value.reason is Reason.TIMED_OUT
    assert upstream.calls == 2


def test_after_blocks_in_a_row_nothing_more_goes_out_until_a_probe_succeeds() -> None:
    async def scene() -> None:
        clock = Hand()
        upstream = Upstream(*[status(403)] * 5, OK)
        way = egress(upstream, clock=clock)
        for _ in range(5):
            with pytest.raises(Fault):
                await way.fetch(Call("http://market/x"), read, Flow())
        with pytest.raises(Fault) as caught:
            await way.fetch(Call("http://market/x"), read, Flow())
        assert caught.value.reason is Reason.BREAKER_OPEN
        assert upstream.calls == 5
        clock.time += 11
        many = await asyncio.gather(*(way.fetch(Call("http://market/x"), read, Flow()) for _ in range(8)))
        assert many == [b"page"] * 8
        assert way.guards.breaker.phase(clock()) is Phase.CLOSED

    asyncio.run(scene())


def test_while_one_call_probes_the_others_wait_and_go_down_with_it() -> None:
    async def scene() -> None:
        clock = Hand()
        upstream = Upstream(status(403))
        way = egress(upstream, clock=clock)
        for _ in range(5):
            with pytest.raises(Fault):
                await way.fetch(Call("http://market/x"), read, Flow())
        clock.time += 11
        calls = [way.fetch(Call("http://market/x"), read, Flow()) for _ in range(8)]
        faults = await asyncio.gather(*calls, return_exceptions=True)
        reasons = [fault.reason for fault in faults if isinstance(fault, Fault)]
        assert upstream.calls == 6
        assert sorted(reasons) == sorted([Reason.BLOCKED] + [Reason.BREAKER_OPEN] * 7)

    asyncio.run(scene())


def test_a_probe_has_the_next_turn_although_its_caller_is_in_the_background() -> None:
    async def scene() -> list[bytes]:
        clock = Hand()
        way = egress(Upstream(OK), clock=clock)
        behind = Flow(background=1e-7)
        await way.fetch(Call("http://market/x"), read, behind)  # its next turn in the background is minutes away
        way.guards.breaker.open_for(clock(), 10)
        clock.time += 11
        watch = asyncio.create_task(way.fetch(Call("http://market/x"), read, behind))
        await asyncio.sleep(0)
        ordered = way.fetch(Call("http://market/x"), read, Flow(urgent=True))
        async with asyncio.timeout(1):
            seen = await asyncio.gather(watch, ordered)
        assert behind.requests == 2
        return seen

    assert asyncio.run(scene()) == [b"page"] * 2


def test_a_call_whose_turn_comes_when_a_probe_is_due_leaves_the_probe_to_the_next_call() -> None:
    clock = Hand()
    way = egress(Upstream(OK), clock=clock)

    async def turn_after_the_opening() -> Reason:
        turns, breaker, first = way.guards.turns, way.guards.breaker, Flow()
        for _ in range(turns.concurrency):
            await turns.take(first)
        waiting = asyncio.create_task(way.fetch(Call("http://market/x"), read, Flow()))
        await asyncio.sleep(0)
        breaker.open_for(clock(), 10)
        clock.time += 11
        turns.give_back()
        with pytest.raises(Fault) as caught:
            await waiting
        return caught.value.reason

    assert asyncio.run(turn_after_the_opening()) is Reason.BREAKER_OPEN
    assert way.guards.breaker.enter(clock()) is Entry.PROBE


def test_retry_after_stops_the_pace_for_that_long() -> None:
    clock = Hand()
    way = egress(Upstream(status(429, retry_after="20")), clock=clock)
    with pytest.raises(Fault):
        fetch(way)

    assert way.guards.turns.pace.wait(clock()) == pytest.approx(20.0)
    assert way.guards.turns.pace.share(clock()) == pytest.approx(0.5)


def test_a_long_retry_after_opens_the_breaker_for_that_long() -> None:
    clock = Hand()
    way = egress(Upstream(status(429, retry_after="600")), clock=clock)
    with pytest.raises(Fault):
        fetch(way)

    assert way.guards.breaker.phase(clock() + 599) is Phase.OPEN
    assert way.guards.breaker.phase(clock() + 601) is Phase.HALF_OPEN
