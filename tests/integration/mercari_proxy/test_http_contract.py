"""The proxy's HTTP contract over real sockets: batches, their end, bad requests, turns and metrics."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from tests.services.proxies import Asked, Reply, Upstream, serving, upstream

from mercarich_contracts.proxy_api import CHECK_LINE, Budget, EndLine, HeartbeatLine, ItemLine, ProxyError
from mercarich_mercari_proxy.bootstrap import PROXY
from mercarich_mercari_proxy.settings import MercariProxySettings
from mercarich_runs.adapters.sources_http import HttpSources
from mercarich_runs.ports import ProxyAway


def page(item_id: str) -> bytes:
    return json.dumps(
        {"result": "OK", "data": {"id": item_id, "status": "on_sale", "name": "物", "price": 500}, "meta": {}}
    ).encode()


def on_sale(asked: Asked) -> Reply:
    return Reply(page(asked.query["id"]))


@contextmanager
def proxy(answer: Callable[[Asked], Reply] = on_sale, **settings: object) -> Iterator[tuple[str, Upstream]]:
    with upstream(answer) as market:
        given = MercariProxySettings.model_validate({"upstream_url": market.url, **settings})
        with serving(PROXY.build(given)) as url:
            yield url, market


def ids(count: int, first: int = 0) -> list[str]:
    return [f"m{number:011}" for number in range(first, first + count)]


def check(url: str, body: object) -> list[ItemLine | HeartbeatLine | EndLine]:
    answer = httpx.post(f"{url}/v1/items:check", json=body, timeout=30, trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [CHECK_LINE.validate_json(line) for line in answer.content.splitlines()]


def refused(answer: httpx.Response, status: int) -> ProxyError:
    assert answer.status_code == status
    return ProxyError.model_validate_json(answer.content)


def test_a_thousand_ids_are_each_answered_once_and_the_stream_says_that_it_is_whole() -> None:
    asked = ids(1000)
    with proxy(rate_per_second=5000) as (url, market):
        lines = check(url, {"ids": [*asked, *asked[:100], "nonsense"], "concurrency": 14})

    items = [line.item for line in lines if isinstance(line, ItemLine)]
    end = lines[-1]
    assert sorted(seen.item_id for seen in items) == sorted([*asked, "nonsense"])
    assert isinstance(end, EndLine)
    assert (end.answered, end.requests) == (1001, 1000)
    assert market.most_at_once <= 14


def test_two_batches_at_once_ask_for_the_same_id_once() -> None:
    async def scene(url: str) -> list[int]:
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            body = {"ids": ids(5), "concurrency": 5}
            answers = await asyncio.gather(*(client.post("/v1/items:check", json=body) for _ in range(4)))
            return [answer.text.count('"available"') for answer in answers]

    with proxy(lambda asked: Reply(page(asked.query["id"]), after_seconds=0.2)) as (url, market):
        assert asyncio.run(scene(url)) == [5, 5, 5, 5]

    assert len(market.asked) == 5


def test_a_fresh_batch_is_answered_by_what_stands_there_now_and_others_remember_it() -> None:
    prices = iter(range(500, 600))

    def answer(asked: Asked) -> Reply:
        return Reply(page(asked.query["id"]).replace(b"500", b"%d" % next(prices)))

    with proxy(answer) as (url, market):
        seen = []
        for more in ({}, {}, {"fresh": True}, {"fresh": False}):
            lines = check(url, {"ids": ids(1), **more})
            seen += [line.item.price_jpy for line in lines if isinstance(line, ItemLine)]

    assert seen == [500, 500, 501, 501]
    assert len(market.asked) == 2


def test_a_small_batch_is_answered_while_a_large_one_waits_for_its_turns() -> None:
    async def scene(url: str) -> float:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
            large = client.stream("POST", "/v1/items:check", json={"ids": ids(2000), "concurrency": 32})
            async with large as streaming:
                await anext(streaming.aiter_lines())
                started = time.monotonic()
                small = await client.post("/v1/items:check", json={"ids": ids(10, first=5000), "concurrency": 4})
                assert small.text.count('"available"') == 10
                return time.monotonic() - started

    with proxy(rate_per_second=50) as (url, _):
        assert asyncio.run(scene(url)) < 20, "half of what the large one takes"


def test_closing_the_connection_ends_what_is_left_of_the_batch() -> None:
    with proxy(rate_per_second=50) as (url, market):
        body = {"ids": ids(2000), "concurrency": 8}
        with httpx.stream("POST", f"{url}/v1/items:check", json=body, trust_env=False, timeout=30) as answer:
            next(answer.iter_lines())
        settle(lambda: metric(url, "mercarich_proxy_batches") == 0)
        asked = len(market.asked)
        time.sleep(0.5)

        assert len(market.asked) <= asked + 1
        assert metric(url, "mercarich_proxy_turns_waiting") == 0


def test_a_waiting_batch_sends_heartbeats() -> None:
    with proxy(lambda asked: Reply(page(asked.query["id"]), after_seconds=4.5)) as (url, _):
        lines = check(url, {"ids": ids(1)})

    assert [line.type for line in lines] == ["heartbeat", "heartbeat", "item", "end"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"ids": ids(10_001)}, "10000"),
        ({"ids": []}, "ids"),
        ({"ids": ["m1"], "concurrency": 0}, "concurrency"),
        ({"ids": ["m1"], "concurrency": 10_000}, "concurrency"),
        ({"ids": "m1"}, "ids"),
        ({}, "ids"),
    ],
)
def test_a_wrong_batch_is_refused_with_what_is_wrong(body: object, words: str) -> None:
    with proxy() as (url, market):
        error = refused(httpx.post(f"{url}/v1/items:check", json=body, trust_env=False), 422)

    assert words in error.message
    assert market.asked == []


def test_what_is_no_json_is_refused() -> None:
    with proxy() as (url, _):
        error = refused(httpx.post(f"{url}/v1/search", content=b"{", trust_env=False), 422)

    assert error.error == "invalid_request"


@pytest.mark.parametrize("chunked", [False, True])
def test_fifty_megabytes_are_refused_and_the_proxy_goes_on(chunked: bool) -> None:
    def stream() -> Iterator[bytes]:
        for _ in range(50):
            yield b"x" * 1_000_000

    with proxy() as (url, _):
        content = stream() if chunked else b"x" * 50_000_000
        error = refused(httpx.post(f"{url}/v1/items:check", content=content, trust_env=False, timeout=30), 413)
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200

    assert error.error == "body_too_large"


def test_a_throttled_marketplace_is_asked_no_sooner_than_it_wants() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(status=429, headers={"Retry-After": "2"}) if asked.query["id"] == ids(1)[0] else on_sale(asked)

    with proxy(answer) as (url, _):
        first = httpx.get(f"{url}/v1/items/{ids(1)[0]}", trust_env=False).json()
        started = time.monotonic()
        second = httpx.get(f"{url}/v1/items/{ids(2)[1]}", trust_env=False, timeout=20).json()

    assert (first["state"], first["reason"]) == ("unknown", "rate_limited")
    assert second["state"] == "available"
    assert 1.5 < time.monotonic() - started < 5


def test_the_metrics_say_what_was_asked_and_answered() -> None:
    with proxy() as (url, _):
        check(url, {"ids": [*ids(3), "nonsense"]})
        check(url, {"ids": ids(3)})

        assert metric(url, "mercarich_proxy_requests_total", 'outcome="read"') == 3
        assert metric(url, "mercarich_proxy_looks_total", 'reason="malformed_id"') == 1
        assert metric(url, "mercarich_proxy_cache_hits_total", 'kind="recent"') == 3
        assert metric(url, "mercarich_proxy_breaker_phase") == 0
        assert metric(url, "mercarich_proxy_request_seconds_count") == 3
        assert httpx.get(f"{url}/readyz", trust_env=False).text == "ok, breaker closed"


def test_the_budget_is_told_as_it_is_allowed_and_as_it_is_in_force() -> None:
    with proxy(rate_per_second=40) as (url, _):
        assert budget(url) == Budget(allowed_per_second=40, in_force_per_second=40)

    with proxy(lambda _: Reply(b"", 429), rate_per_second=40) as (url, _):
        check(url, {"ids": ids(1)})
        throttled = budget(url)
    assert throttled.allowed_per_second == 40
    assert 20 <= throttled.in_force_per_second < 40

    with proxy(lambda _: Reply(b"", 403), rate_per_second=400, breaker_block_streak=2) as (url, _):
        check(url, {"ids": ids(4)})
        assert budget(url) == Budget(allowed_per_second=400, in_force_per_second=0)


def budget(url: str) -> Budget:
    return HttpSources(url, silence_seconds=5).budget()


def test_a_proxy_that_does_not_tell_its_budget_counts_as_away() -> None:
    with proxy() as (url, _), pytest.raises(ProxyAway, match="/v1/budget answered HTTP 404"):
        budget(f"{url}/elsewhere")
    with pytest.raises(ProxyAway):
        budget("http://127.0.0.1:9")


def metric(url: str, name: str, label: str = "") -> float:
    for line in httpx.get(f"{url}/metrics", trust_env=False).text.splitlines():
        if line.startswith(f"{name}{{") and label in line:
            return float(line.rpartition(" ")[2])
    raise AssertionError(f"no {name} {label}")


def settle(reached: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_its_routes_are_described_to_nobody(path: str) -> None:
    with proxy() as (url, _):
        assert httpx.get(f"{url}{path}", trust_env=False).status_code == 404
