"""The HTTP side without a framework: a request, a reply, and an ASGI application around one function.

Pages are requested thousands of times per second, so nothing is between the server and the handler. A reply can
also be faulty: it can come late, break off, never come, or reset the connection.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import parse_qs

import orjson

MAX_BODY = 64 * 1024 * 1024
HANG_SECONDS = 600.0

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Ending(StrEnum):
    """How a response ends."""

    WHOLE = "whole"
    TRUNCATED = "truncated"
    RESET = "reset"
    HANG = "hang"


@dataclass(frozen=True, slots=True)
class Reply:
    """A response, complete or faulty."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    ending: Ending = Ending.WHOLE
    draw: Callable[[], bytes] | None = None
    """Makes the body in a thread, when that takes too long for the event loop."""

    def with_headers(self, *headers: tuple[str, str]) -> "Reply":
        return replace(self, headers=(*self.headers, *headers))


@dataclass(frozen=True)
class Request:
    """A request that has arrived whole."""

    method: str
    path: str
    """Decoded, without the query."""
    query_text: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes = b""

    @cached_property
    def query(self) -> dict[str, str]:
        """Return the first value of each parameter."""
        return {name: values[0] for name, values in self.queries.items()}

    @cached_property
    def queries(self) -> dict[str, list[str]]:
        return parse_qs(self.query_text, keep_blank_values=True)

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object. Raise ValueError for any other body."""
        document = orjson.loads(self.body or b"{}")
        if not isinstance(document, dict):
            raise ValueError("the body must be a JSON object")
        return document


class Lifespan(Protocol):
    """An object that starts and stops with the server."""

    async def startup(self) -> None: ...

    async def shutdown(self) -> None: ...


def json_reply(document: Any, status: int = 200) -> Reply:
    return Reply(orjson.dumps(document), status)


def html_reply(page: bytes, status: int = 200) -> Reply:
    return Reply(page, status, "text/html; charset=utf-8")


def text_reply(text: str, status: int) -> Reply:
    return Reply(text.encode(), status, "text/plain; charset=utf-8")


class Application:
    """ASGI application: reads the request, calls `respond`, and sends the reply with its delay and ending."""

    def __init__(self, respond: Callable[[Request], Reply], lifespan: Lifespan) -> None:
        self._respond = respond
        self._lifespan = lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        body = b"" if scope["method"] == "GET" else await _body(receive)
        if body is None:
            await _send(text_reply("413 body too large", 413), send)
            return
        reply = self._respond(
            Request(
                scope["method"],
                scope["path"],
                scope["query_string"].decode("latin-1"),
                {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
                body,
            )
        )
        if reply.draw:
            reply = replace(reply, body=await asyncio.to_thread(reply.draw))
        if reply.delay:
            await asyncio.sleep(reply.delay)
        if reply.ending is Ending.WHOLE:
            await _send(reply, send)
        else:
            await _misbehave(reply, scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._lifespan.startup()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._lifespan.shutdown()
        await send({"type": "lifespan.shutdown.complete"})


async def _body(receive: Receive) -> bytes | None:
    parts, size = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= MAX_BODY:
            parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts) if size <= MAX_BODY else None


async def _send(reply: Reply, send: Send) -> None:
    await send(_start(reply))
    await send({"type": "http.response.body", "body": reply.body})


def _start(reply: Reply) -> dict[str, Any]:
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", b"%d" % len(reply.body)),
        *((name.encode(), value.encode()) for name, value in reply.headers),
    ]
    return {"type": "http.response.start", "status": reply.status, "headers": headers}


async def _misbehave(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    if reply.ending is Ending.HANG:
        await _gone(receive, HANG_SECONDS)
    elif reply.ending is Ending.TRUNCATED:
        await send(_start(reply))
        half = reply.body[: len(reply.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        # Wait until half of the body has left: an earlier cut would reset the connection.
        await asyncio.sleep(0.05)
    transport: asyncio.Transport = scope["state"]["transport"]
    if reply.ending is not Ending.TRUNCATED:
        _linger_not(transport)
    transport.abort()
    await _gone(receive, 5.0)


async def _gone(receive: Receive, seconds: float) -> None:
    """Wait until the client has disconnected, at most `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


def _linger_not(transport: asyncio.Transport) -> None:
    """Make the connection end with RST instead of FIN."""
    connection = transport.get_extra_info("socket")
    if connection.fileno() < 0:  # the client has closed the connection already
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
