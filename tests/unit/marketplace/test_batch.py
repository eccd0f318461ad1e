"""The batch check: every id once, bounded slots, sellers' lists first, chunks and heartbeats, a clean end."""

import asyncio
import selectors
import time
from collections.abc import Collection, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mercarich_contracts.market import ErrorClass, Marketplace, Reason, State
from mercarich_contracts.proxy_api import (
    CHECK_LINE,
    CheckRequest,
    EndLine,
    Evidence,
    HeartbeatLine,
    Item,
    ItemLine,
    SearchRequest,
    SearchResult,
)
from mercarich_contracts.sites import mercari
from mercarich_marketplace.answers import Fault
from mercarich_marketplace.batch import Batch
from mercarich_marketplace.breaker import Breaker, Rules
from mercarich_marketplace.egress import Guards
from mercarich_marketplace.metrics import ProxyMetrics
from mercarich_marketplace.observer import Observer
from mercarich_marketplace.pace import Pace
from mercarich_marketplace.proofs import Proof, Proofs, Route
from mercarich_marketplace.turns import Flow, Turns
from mercarich_platform.cache import Cache

AT = datetime(2026, 11, 25, tzinfo=UTC)


def item(item_id: str, url: str = "http://market/item") -> Item:
    proof = Evidence(
        url=url, http_status=200, body_sha256="0", parser_version="fake/1", extract="on sale", fetched_at=AT
    )
    return Item(marketplace=Marketplace.MERCARI, item_id=item_id, state=State.AVAILABLE, evidence=proof)


class FakeMarket:
    """Return a result for every id that begins with m, after `seconds`; list what `listed` has of a seller."""

    site = replace(mercari.SITE, items=(replace(mercari.ORDINARY, ids="m.*", page="http://market/{id}", example="m1"),))
    parser_version = "fake/1"
    proofs = Proofs([Proof(Route("item", "GET /item", "fake"), (200,), "anything", State.AVAILABLE, None, "here")])

    def __init__(self, seconds: float = 0.0, listed: Mapping[str, set[str]] | None = None) -> None:
        self.seconds = seconds
        self.each: Mapping[str, float] = {}
        """Seconds of some ids."""
        self.listed = listed or {}
        self.looked: list[str] = []
        self.lists: list[str] = []
        self.under_way = self.most = self.cancelled = 0
        self.fault: Fault | None = None
        self.answer: Item | None = None
        self.breaking: set[str] = set()
        """Ids and sellers whose pages crash the reader."""

    async def look(self, item_id: str, flow: Flow) -> Item:
        self.looked.append(item_id)
        flow.requests += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(self.each.get(item_id, self.seconds))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.under_way -= 1
        if item_id in self.breaking:
            raise RecursionError("a page nobody has thought of")
        if self.fault is not None:
            raise self.fault
        return self.answer or item(item_id)

    async def look_many(self, seller_id: str, wanted: Collection[str], flow: Flow) -> Mapping[str, Item]:
        self.lists.append(seller_id)
        flow.requests += 1
        await asyncio.sleep(self.seconds)
        if seller_id in self.breaking:
            raise KeyError("items")
        if seller_id == "broken":
            raise Fault(Reason.TRANSIENT, "away")
        here = self.listed.get(seller_id, set()) & set(wanted)
        return {item_id: item(item_id, "http://market/list") for item_id in here}

    async def search(self, request: SearchRequest, flow: Flow) -> SearchResult:
        raise AssertionError("a batch check searches for nothing")


class Hand:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def observer(market: FakeMarket, *, concurrency: int = 32, cache: float = 0, clock: Hand | None = None) -> Observer:
    clock = clock or Hand()
    guards = Guards(
        turns=Turns(Pace(100_000), concurrency),
        breaker=Breaker(Rules()),
        metrics=ProxyMetrics(Marketplace.MERCARI),
        now=clock,
        utc=lambda: AT,
    )
    return Observer(market, guards, cache=Cache(cache, size=1000, now=clock))


async def all_lines(watching: Observer, request: CheckRequest) -> list[ItemLine | HeartbeatLine | EndLine]:
    text = b"".join([chunk async for chunk in Batch(watching, request).lines()])
    return [CHECK_LINE.validate_json(line) for line in text.splitlines()]


def check(watching: Observer, ids: list[str], concurrency: int = 8, **more: object) -> tuple[list[Item], EndLine]:
    request = CheckRequest.model_validate({"ids": ids, "concurrency": concurrency, **more})
    lines = asyncio.run(all_lines(watching, request))
    end = lines[-1]
    assert isinstance(end, EndLine)
    return [line.item for line in lines if isinstance(line, ItemLine)], end


@pytest.mark.parametrize("count", [1, 199, 200, 201, 1000])
def test_each_id_is_answered_exactly_once_also_when_it_is_asked_twice(count: int) -> None:
    ids = [f"m{number}" for number in range(count)]
    market = FakeMarket()
    items, end = check(observer(market), ids + ids[: count // 2])

    assert sorted(seen.item_id for seen in items) == sorted(ids)
    assert sorted(market.looked) == sorted(ids)
    assert (end.answered, end.requests) == (count, count)


def test_a_malformed_id_is_answered_as_unknown_beside_the_others() -> None:
    items, _ = check(observer(FakeMarket()), ["m1", "x\n'; DROP", "", "m2"])
    states = {seen.item_id: (seen.state, seen.reason) for seen in items}

    assert states["x\n'; DROP"] == (State.UNKNOWN, Reason.MALFORMED_ID)
    assert states[""] == (State.UNKNOWN, Reason.MALFORMED_ID)
    assert states["m1"] == states["m2"] == (State.AVAILABLE, None)


def test_c3_no_more_than_the_asked_concurrency_is_under_way() -> None:
    market = FakeMarket(0.001)
    check(observer(market), [f"m{number}" for number in range(50)], concurrency=3)

    assert market.most == 3


def test_c3_the_budget_caps_the_asked_concurrency() -> None:
    market = FakeMarket(0.001)
    check(observer(market, concurrency=2), [f"m{number}" for number in range(20)], concurrency=14)

    assert market.most == 2


def test_items_of_one_seller_are_answered_by_its_list_and_the_absent_ones_singly() -> None:
    ids = [f"m{number}" for number in range(10)]
    market = FakeMarket(listed={"s": set(ids[:7])})
    items, end = check(observer(market), ids, sellers=dict.fromkeys(ids, "s"))

    assert sorted(seen.item_id for seen in items) == ids
    assert market.lists == ["s"]
    assert sorted(market.looked) == ids[7:]
    assert end.requests == 4
    assert {seen.evidence.url for seen in items if seen.item_id in ids[:7]} == {"http://market/list"}


def test_where_no_seller_can_be_listed_every_item_is_looked_at_singly() -> None:
    ids = ["m1", "m2", "m3"]
    market = FakeMarket(listed={"s": set(ids)})
    market.site = replace(market.site, list_route=None)
    check(observer(market), ids, sellers=dict.fromkeys(ids, "s"))

    assert (market.lists, sorted(market.looked)) == ([], ids)


def test_kinds_of_items_that_no_list_shows_are_looked_at_singly() -> None:
    ids = ["m1", "m2", "m3"]
    market = FakeMarket(listed={"s": set(ids)})
    market.site = replace(market.site, items=(replace(market.site.items[0], in_lists=False),))
    check(observer(market), ids, sellers=dict.fromkeys(ids, "s"))

    assert (market.lists, sorted(market.looked)) == ([], ids)


def test_one_item_of_a_seller_is_looked_at_singly() -> None:
    market = FakeMarket(listed={"s": {"m1"}, "t": {"m2"}})
    check(observer(market), ["m1", "m2"], sellers={"m1": "s", "m2": "t"})

    assert market.lists == []


def test_a_list_that_cannot_be_read_costs_nothing_but_single_looks() -> None:
    ids = ["m1", "m2", "m3"]
    market = FakeMarket()
    items, _ = check(observer(market), ids, concurrency=1, sellers=dict.fromkeys(ids, "broken"))

    assert [seen.item_id for seen in items] == ids
    assert market.looked == ids


def test_a_page_that_breaks_its_reader_costs_only_its_item(caplog: pytest.LogCaptureFixture) -> None:
    market = FakeMarket()
    market.breaking = {"m2"}
    items, end = check(observer(market, cache=10), ["m1", "m2", "m3"], concurrency=2)
    states = {seen.item_id: (seen.state, seen.reason, seen.error_class) for seen in items}

    assert states["m2"] == (State.UNKNOWN, Reason.UNPARSABLE, ErrorClass.UNPARSABLE)
    assert states["m1"] == states["m3"] == (State.AVAILABLE, None, None)
    assert end.answered == 3
    assert [getattr(record, "item_id", None) for record in caplog.records] == ["m2"]


def test_a_list_that_breaks_its_reader_costs_nothing_but_single_looks() -> None:
    ids = ["m1", "m2", "m3"]
    market = FakeMarket()
    market.breaking = {"s"}
    items, _ = check(observer(market), ids, concurrency=2, sellers=dict.fromkeys(ids, "s"))

    assert sorted(seen.item_id for seen in items) == ids
    assert {seen.state for seen in items} == {State.AVAILABLE}


def test_a_fresh_batch_asks_again_for_what_is_remembered_singly_and_by_seller() -> None:
    ids = ["m1", "m2", "m3"]
    sellers = {"m1": "s", "m2": "s"}
    market = FakeMarket(listed={"s": {"m1", "m2"}})
    watching = observer(market, cache=10)
    asked = [check(watching, ids, sellers=sellers, fresh=fresh)[1].requests for fresh in (False, False, True, False)]

    assert asked == [2, 0, 2, 0]


def test_a_fresh_look_does_not_take_the_answer_of_one_that_began_before_it() -> None:
    async def scene() -> list[str]:
        market = FakeMarket(0.02)
        watching = observer(market)
        older = asyncio.create_task(watching.look("m1", Flow()))
        while not market.looked:
            await asyncio.sleep(0)
        await watching.look("m1", Flow(), fresh=True)
        await older
        return market.looked

    assert asyncio.run(scene()) == ["m1", "m1"]


def test_the_calls_of_an_urgent_batch_are_urgent() -> None:
    flows: list[Flow] = []

    class Watched(FakeMarket):
        async def look(self, item_id: str, flow: Flow) -> Item:
            flows.append(flow)
            return await super().look(item_id, flow)

    for urgent in (False, True):
        asyncio.run(all_lines(observer(Watched()), CheckRequest(ids=["m1"], urgent=urgent, fresh=True)))

    assert [flow.urgent for flow in flows] == [False, True]


class Ticks(selectors.DefaultSelector):
    """Time of its own: where a loop would wait, it is later."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class Jumping(asyncio.SelectorEventLoop):
    """A loop on that time. Timers within 10 ms are due in the same turn, as on a machine with much to do."""

    def __init__(self) -> None:
        self.ticks = Ticks()
        super().__init__(self.ticks)
        self._clock_resolution = 0.01

    def time(self) -> float:
        return self.ticks.now


def test_a_heartbeat_comes_while_nothing_else_does() -> None:
    waiting = observer(FakeMarket(100.0))
    waiting.heartbeat_seconds = 20.0
    request = CheckRequest(ids=["m1", "m2"], concurrency=1)
    with asyncio.Runner(loop_factory=Jumping) as runner:
        lines = runner.run(all_lines(waiting, request))
    beats = [line for line in lines if isinstance(line, HeartbeatLine)]

    assert len(beats) >= 4
    assert (beats[0].answered, beats[0].waiting) == (0, 2)


def test_a_result_that_comes_in_the_turn_of_a_heartbeat_is_not_held_back() -> None:
    market = FakeMarket()
    market.each = {"m1": 4.995, "m2": 100.0}
    watching = observer(market)
    watching.heartbeat_seconds = 5.0

    async def arrivals() -> dict[str, float]:
        found = {}
        async with aclosing(Batch(watching, CheckRequest(ids=["m1", "m2"], concurrency=2)).lines()) as chunks:
            async for chunk in chunks:
                for line in chunk.splitlines():
                    found.setdefault(CHECK_LINE.validate_json(line).type, asyncio.get_running_loop().time())
        return found

    with asyncio.Runner(loop_factory=Jumping) as runner:
        found = runner.run(arrivals())

    assert found["item"] < 6, "it waits for the end of the batch"
    assert found["heartbeat"] < 12, "and later silence is told"


async def first_chunk(watching: Observer, ids: int) -> tuple[int, float]:
    """Return its lines, and the seconds until each arrived."""
    started = time.monotonic()
    request = CheckRequest(ids=[f"m{number}" for number in range(ids)], concurrency=1)
    async with aclosing(Batch(watching, request).lines()) as chunks:
        async for chunk in chunks:
            return chunk.count(b"\n"), time.monotonic() - started
    raise AssertionError("no chunk")


def test_answers_go_out_at_once_while_there_is_little_to_do() -> None:
    lines, seconds = asyncio.run(first_chunk(observer(FakeMarket(0.05)), 40))

    assert lines == 1
    assert seconds < 0.6


def test_under_load_answers_wait_for_more_but_no_longer_than_the_chunk_time() -> None:
    busy = observer(FakeMarket(0.005))
    busy.chunk_seconds = 0.1
    for _ in range(100):  # As if this many chunks had just been sent.
        busy.chunks.take(busy.guards.now())
    lines, seconds = asyncio.run(first_chunk(busy, 400))

    assert 1 < lines < 400
    assert 0.1 <= seconds < 1.0


def test_the_end_of_a_batch_waits_for_nothing() -> None:
    busy = observer(FakeMarket())
    for _ in range(100):
        busy.chunks.take(busy.guards.now())
    _, seconds = asyncio.run(first_chunk(busy, 5))

    assert seconds < 0.6


def test_batches_are_counted_while_they_are_open() -> None:
    async def scene(watching: Observer) -> list[int]:
        lines = Batch(watching, CheckRequest(ids=["m1", "m2"], concurrency=1)).lines()
        counts = [watching.open_batches]
        await anext(lines)
        counts.append(watching.open_batches)
        await lines.aclose()
        return [*counts, watching.open_batches]

    assert asyncio.run(scene(observer(FakeMarket(0.02)))) == [0, 1, 0]


def test_closing_the_stream_cancels_what_is_under_way_and_starts_nothing_more() -> None:
    async def scene() -> FakeMarket:
        market = FakeMarket(0.02)
        request = CheckRequest(ids=[f"m{number}" for number in range(100)], concurrency=4)
        async with aclosing(Batch(observer(market), request).lines()) as chunks:
            async for _ in chunks:
                break
        looked = len(market.looked)
        assert len(asyncio.all_tasks()) == 1
        assert len(market.looked) == looked
        return market

    market = asyncio.run(scene())

    assert 0 < len(market.looked) < 100
    assert market.under_way == 0
    assert 1 <= market.cancelled <= 4


def test_a_known_answer_is_given_again_and_an_unknown_one_is_not() -> None:
    async def scene() -> tuple[FakeMarket, list[Item]]:
        market = FakeMarket()
        watching = observer(market, cache=10)
        market.fault = Fault(Reason.BLOCKED, "HTTP 403")
        seen = [await watching.look("m1", Flow())]
        market.fault = None
        seen += [await watching.look("m1", Flow()) for _ in range(3)]
        return market, seen

    market, seen = asyncio.run(scene())

    assert [each.state for each in seen] == [State.UNKNOWN] + [State.AVAILABLE] * 3
    assert len(market.looked) == 2


def test_a_page_that_was_read_and_left_the_state_open_is_looked_at_again() -> None:
    async def scene() -> int:
        market = FakeMarket()
        market.answer = item("m1").model_copy(update={"state": State.UNKNOWN, "reason": Reason.CLOSING})
        watching = observer(market, cache=10)
        for _ in range(3):
            await watching.look("m1", Flow())
        return len(market.looked)

    assert asyncio.run(scene()) == 3
