"""`GET /v1/images` of both proxies over real sockets: which pictures are passed on, and which requests are never
sent."""

import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

import httpx
import pytest
from tests.services.proxies import Asked, Reply, Upstream, serving, upstream

from mercarich_contracts.proxy_api import MAX_IMAGE_PIXELS, ProxyError
from mercarich_mercari_proxy.bootstrap import PROXY
from mercarich_mercari_proxy.settings import MercariProxySettings


def png(width: int, height: int, filling: int = 0) -> bytes:
    data = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + data + struct.pack(">I", zlib.crc32(data)) + bytes(filling)


SMALL = png(300, 400, filling=1_000)


@contextmanager
def proxy(answer: Callable[[Asked], Reply], **settings: object) -> Iterator[tuple[str, Upstream]]:
    with upstream(answer) as market:
        given = MercariProxySettings.model_validate({"upstream_url": f"{market.url}/mercari", **settings})
        with serving(PROXY.build(given)) as url:
            yield url, market


def ask(url: str, address: str) -> httpx.Response:
    return httpx.get(f"{url}/v1/images", params={"url": address}, timeout=30, trust_env=False)


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    error = ProxyError.model_validate_json(answer.content)
    return answer.status_code, error.error, error.message


def answered(reply: Reply, **settings: object) -> tuple[httpx.Response, Upstream]:
    with proxy(lambda _: reply, **settings) as (url, market):
        return ask(url, f"{market.url}/mercari/images/m1_1.jpg"), market


def test_a_picture_comes_through_as_it_is_with_its_kind_and_size() -> None:
    answer, market = answered(Reply(SMALL, headers={"content-type": "text/html"}))

    assert (answer.status_code, answer.content) == (200, SMALL)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-image-size"] == "300x400"
    assert [asked.path for asked in market.asked] == ["/mercari/images/m1_1.jpg"]


@pytest.mark.parametrize(
    ("reply", "status", "error"),
    [
        (Reply(png(20_000, 20_000)), 413, "oversized"),
        (Reply(png(4_000, MAX_IMAGE_PIXELS // 4_000 + 1)), 413, "oversized"),
        (Reply(png(300, 400, filling=3_000_001)), 413, "oversized"),
        (Reply(b"<html>not a picture</html>"), 502, "unparsable"),
        (Reply(b"GIF89a" + bytes(100)), 502, "unparsable"),
        (Reply(b""), 502, "unparsable"),
        (Reply(SMALL, status=206), 502, "bad_request"),
        (Reply(status=404), 404, "not_found_once"),
        (Reply(status=410), 404, "not_found_once"),
        (Reply(status=403), 503, "blocked"),
        (Reply(status=429, headers={"retry-after": "0"}), 503, "rate_limited"),
        (Reply(status=500), 503, "transient"),
        (Reply(SMALL, after_seconds=1.0), 503, "timed_out"),
    ],
)
def test_what_is_no_proper_picture_does_not_come_through(reply: Reply, status: int, error: str) -> None:
    answer, _ = answered(reply, deadline_seconds=0.4)
    assert refused(answer)[:2] == (status, error)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    def answer(asked: Asked) -> Reply:
        elsewhere = asked.path.endswith("elsewhere.jpg")
        return (
            Reply(SMALL) if elsewhere else Reply(status=status, headers={"location": "/mercari/images/elsewhere.jpg"})
        )

    with proxy(answer) as (url, market):
        assert refused(ask(url, f"{market.url}/mercari/images/m1_1.jpg"))[:2] == (502, "bad_request")
        assert len(market.asked) == 1


def test_nothing_else_of_the_upstream_is_fetched() -> None:
    with proxy(lambda _: Reply(SMALL)) as (url, market):
        for address in (
            f"{market.url}/_sim/ledger",
            f"{market.url}/mercari/items/get?id=m1",
            f"{market.url}/mercari/images/../../_sim/ledger",
            f"{market.url}/mercari/images/%2e%2e/_sim/ledger",
            "https://static.mercdn.net/item/detail/orig/photos/m1_1.jpg",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
        ):
            assert refused(ask(url, address))[:2] == (403, "not_allowed")
        assert refused(ask(url, ""))[0] == 422
        assert httpx.get(f"{url}/v1/images", trust_env=False).status_code == 422
        assert market.asked == []


class Inward(MercariProxySettings):
    """A picture host whose name resolves to this machine, as a poisoned name would."""

    image_hosts: ClassVar[frozenset[str]] = frozenset({"localhost"})


def test_a_picture_host_whose_name_leads_inside_is_not_connected_to() -> None:
    given = Inward.model_validate(
        {"upstream": "web", "accept_terms": "yes", "upstream_url": "http://127.0.0.1:9/mercari"}
    )
    with serving(PROXY.build(given)) as url:
        status, _, message = refused(ask(url, "https://localhost/a.jpg"))
    assert status == 502
    assert "not public" in message


def test_pictures_have_a_breaker_and_a_budget_of_their_own() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(status=403) if "/images/" in asked.path else Reply(b"{}", status=404)

    with proxy(answer, rate_per_second=20.0) as (url, market):
        started = time.monotonic()
        answers = [refused(ask(url, f"{market.url}/mercari/images/m{n}_1.jpg")) for n in range(9)]
        lasted = time.monotonic() - started
        assert [error for _, error, _ in answers] == ["blocked"] * 8 + ["breaker_open"]
        assert len(market.asked) == 8
        assert lasted > 7 / 20 - 0.3
        metrics = httpx.get(f"{url}/metrics", trust_env=False).text
        assert 'mercarich_proxy_image_breaker_phase{marketplace="mercari"} 2.0' in metrics
        assert 'mercarich_proxy_image_requests_total{marketplace="mercari",outcome="blocked"} 8.0' in metrics
        assert 'mercarich_proxy_breaker_phase{marketplace="mercari"} 0.0' in metrics
        httpx.get(f"{url}/v1/items/m00000000001", trust_env=False)
        assert len(market.asked) == 9
