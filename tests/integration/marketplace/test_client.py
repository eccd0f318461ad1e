"""The HTTP client of the proxies over real sockets: what it refuses, what it decodes, what it never does."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from tests.services.proxies import Asked, Reply, Upstream, upstream

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import Fault
from mercarich_marketplace.client import MAX_BYTES, HttpClient, Received

PAGE = b"a page of some length " * 1000


async def ask(url: str, *, times: int = 1, path: str = "/") -> list[Received]:
    client = HttpClient(user_agent="mercarich/test", connections=2)
    try:
        return [await client.ask("GET", url + path, {}, None) for _ in range(times)]
    finally:
        await client.close()


@pytest.fixture
def market() -> Iterator[Upstream]:
    with upstream(lambda _: Reply(PAGE)) as found:
        yield found


@asynccontextmanager
async def closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Wait for the end of a connection, also of one that the other side has closed."""
    try:
        with suppress(asyncio.IncompleteReadError):
            yield
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def raw_server(sent: bytes, *, again_every: float | None = None) -> AsyncIterator[str]:
    """A server that sends these bytes to every client and then closes, or keeps repeating their last byte."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with closing(writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(sent)
            while again_every is not None and not writer.is_closing():
                await asyncio.sleep(again_every)
                writer.write(sent[-1:])

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield "http://127.0.0.1:{}".format(*server.sockets[0].getsockname()[1:])


@pytest.mark.parametrize(("coding", "encode"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_an_encoded_body_is_decoded(market: Upstream, coding: str, encode: Callable[[bytes], bytes]) -> None:
    market.answer = lambda _: Reply(encode(PAGE), headers={"Content-Encoding": coding})
    [received] = asyncio.run(ask(market.url))

    assert received.body == PAGE
    assert market.asked[0].headers["accept-encoding"] == "gzip, deflate"
    assert market.asked[0].headers["user-agent"] == "mercarich/test"


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_body_above_the_cap_is_refused_also_when_it_comes_packed(market: Upstream, coding: str) -> None:
    body = b"x" * (MAX_BYTES + 1)
    packed = gzip.compress(body) if coding == "gzip" else body
    market.answer = lambda _: Reply(packed, headers={"Content-Encoding": coding})
    with pytest.raises(Fault) as caught:
        asyncio.run(ask(market.url))

    assert caught.value.reason is Reason.OVERSIZED


def test_a_body_of_exactly_the_cap_is_read(market: Upstream) -> None:
    market.answer = lambda _: Reply(b"x" * MAX_BYTES)

    assert len(asyncio.run(ask(market.url))[0].body) == MAX_BYTES


def test_an_endless_body_is_given_up_at_the_cap() -> None:
    async def scene() -> Reason:
        head = b"HTTP/1.1 200 OK\r\n\r\n"
        async with raw_server(head + b"x" * (MAX_BYTES + 1), again_every=0.01) as url:
            with pytest.raises(Fault) as caught:
                await asyncio.wait_for(ask(url), 10)
            return caught.value.reason

    assert asyncio.run(scene()) is Reason.OVERSIZED


def test_a_redirect_is_an_answer_and_is_not_followed(market: Upstream) -> None:
    market.answer = lambda _: Reply(status=302, headers={"Location": "/elsewhere", "Set-Cookie": "a=b"})
    first, second = asyncio.run(ask(market.url, times=2))

    assert (first.status, first.headers) == (302, {"location": "/elsewhere"})
    assert second == first
    assert [asked.path for asked in market.asked] == ["/", "/"]
    assert not any("cookie" in asked.headers for asked in market.asked)


def test_a_proxy_named_by_the_environment_is_not_used(market: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    [received] = asyncio.run(ask(market.url))

    assert received.status == 200


def test_the_address_goes_out_as_it_is_written(market: Upstream) -> None:
    asked: list[Asked] = market.asked
    asyncio.run(ask(market.url, path="/a%2Fb?q=%E7%89%A9%20x+y"))

    assert asked[0].query == {"q": "物 x y"}


def test_a_refused_connection_is_transient() -> None:
    with pytest.raises(Fault) as caught:
        asyncio.run(ask("http://127.0.0.1:1"))

    assert caught.value.reason is Reason.TRANSIENT


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly a part",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nonly",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nno packed",
        b"this is no HTTP at all\r\n\r\n",
        b"",
    ],
)
def test_what_is_cut_or_is_no_answer_is_transient(sent: bytes) -> None:
    async def scene() -> Reason:
        async with raw_server(sent) as url:
            with pytest.raises(Fault) as caught:
                await ask(url)
            return caught.value.reason

    assert asyncio.run(scene()) is Reason.TRANSIENT


@pytest.mark.parametrize("answered_before", [0, 1])
def test_a_request_whose_connection_breaks_is_not_sent_again(answered_before: int) -> None:
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        async with closing(writer):
            while await reader.readuntil(b"\r\n\r\n"):
                asked += 1
                if asked > answered_before:
                    return
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async def scene() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            url = "http://127.0.0.1:{}".format(*server.sockets[0].getsockname()[1:])
            with pytest.raises(Fault) as caught:
                await ask(url, times=answered_before + 1)
            assert caught.value.reason is Reason.TRANSIENT

    asyncio.run(scene())
    assert asked == answered_before + 1


def test_an_answer_that_is_given_up_frees_its_connection() -> None:
    async def scene() -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
        async with raw_server(head + b"x", again_every=0.01) as url:
            client = HttpClient(user_agent="mercarich/test", connections=1)
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await client.ask("GET", url, {}, None)
            await client.close()

    asyncio.run(scene())


def test_connections_are_kept_open_and_used_again() -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        async with closing(writer):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async def scene() -> list[bytes]:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            url = "http://127.0.0.1:{}".format(*server.sockets[0].getsockname()[1:])
            return [received.body for received in await ask(url, times=5)]

    assert asyncio.run(scene()) == [b"ok"] * 5
    assert connections == 1
