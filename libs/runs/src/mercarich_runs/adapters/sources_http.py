"""`ports.Sources` over the proxy's batch check, reading answers from the stream as they arrive.

It uses the standard library's client, because httpx would take 6 MB in each planner and worker.
"""

import io
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, cast
from urllib.parse import urlsplit

from pydantic import ValidationError

from mercarich_contracts.messages import BatchItem
from mercarich_contracts.proxy_api import CHECK_LINE, Budget, CheckRequest, EndLine, Item, ItemLine
from mercarich_runs.ports import ProxyAway

CONNECT_SECONDS = 3.0
LONGEST_SECONDS = 3600.0
"""A stream lasts no longer, however regular its heartbeats are: the ids without a result are asked for again."""
READ_BYTES = 1 << 18
_CHECK, _BUDGET = "/v1/items:check", "/v1/budget"


class HttpSources:
    """Opens a connection for each batch. The proxy sends a line every few seconds; after `silence_seconds` without a
    whole one, it counts as away. So it does after `LONGEST_SECONDS` of one stream."""

    def __init__(self, proxy_url: str, *, silence_seconds: float) -> None:
        self._url = f"{proxy_url.rstrip('/')}{_CHECK}"
        self._silence_seconds = silence_seconds

    def look(
        self,
        items: Sequence[BatchItem],
        concurrency: int,
        stop: threading.Event,
        *,
        fresh: bool = False,
        background: float | None = None,
        urgent: bool = False,
    ) -> Iterator[Sequence[Item]]:
        request = CheckRequest.model_construct(
            ids=[item.item_id for item in items],
            concurrency=concurrency,
            sellers={item.item_id: item.seller_id for item in items if item.seller_id},
            fresh=fresh,
            background=background,
            urgent=urgent,
        )
        try:
            with closing(self._connected()) as connection:
                body = request.model_dump_json().encode()  # as bytes, because http.client would encode a str as Latin-1
                connection.request("POST", self._path, body, {"content-type": "application/json"})
                answer = cast(_TimedResponse, connection.getresponse())
                if answer.status != HTTPStatus.OK:
                    raise ProxyAway(f"{self._url} answered HTTP {answer.status}")
                yield from self._bunches(answer, stop)
        except (HTTPException, OSError) as error:
            raise ProxyAway(f"{self._url}: {type(error).__name__}: {error}") from error

    def budget(self) -> Budget:
        """Return the proxy's outbound budget. Raises `ProxyAway`, also for a proxy that does not tell it."""
        try:
            with closing(self._connected()) as connection:
                connection.request("GET", self._path.removesuffix(_CHECK) + _BUDGET)
                answer = connection.getresponse()
                if answer.status != HTTPStatus.OK:
                    raise ProxyAway(f"{_BUDGET} answered HTTP {answer.status}")
                return Budget.model_validate_json(answer.read(READ_BYTES))
        except (HTTPException, OSError, ValidationError) as error:
            raise ProxyAway(f"{_BUDGET}: {type(error).__name__}") from error

    @property
    def _path(self) -> str:
        return urlsplit(self._url).path

    def _connected(self) -> HTTPConnection:
        address = urlsplit(self._url)
        opened = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = opened(address.hostname or "", address.port, timeout=CONNECT_SECONDS)
        connection.response_class = cast(type[HTTPResponse], partial(_TimedResponse, seconds=self._silence_seconds))
        connection.connect()
        connection.sock.settimeout(self._silence_seconds)
        return connection

    def _bunches(self, answer: "_TimedResponse", stop: threading.Event) -> Iterator[Sequence[Item]]:
        """Yield groups of items that the proxy sent together, because each group costs a transaction.

        A read that ends within a line is only a part of a group. If the stream is cut off, its complete lines count.
        """
        rest, items, cut = b"", list[Item](), "the answer ended before its last line"
        last = time.monotonic() + LONGEST_SECONDS
        while True:
            try:
                chunk = answer.read1(READ_BYTES)
            except (HTTPException, OSError) as error:
                chunk, cut = b"", f"{type(error).__name__}: {error}"
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            try:
                read = [CHECK_LINE.validate_json(line) for line in lines if line]
            except ValidationError as error:
                raise ProxyAway(
                    f"{self._url} sent an answer that cannot be read: {error.errors(include_url=False)[0]['msg']}"
                ) from error
            items += [line.item for line in read if isinstance(line, ItemLine)]
            ends = stop.is_set() or any(isinstance(line, EndLine) for line in read)
            if ends or not rest:
                yield items
                items = []
            if ends:
                return
            if lines:  # from here on the next one is waited for: what the caller did with these does not count
                answer.wait_until(min(time.monotonic() + self._silence_seconds, last))
        if items:
            yield items
        raise ProxyAway(f"{self._url}: {cut}")


class _TimedResponse(HTTPResponse):
    """A response whose status line, headers and body are read before a deadline.

    A socket's own time-out begins anew at each byte, so that a peer that trickles would never be away.
    """

    def __init__(self, sock: socket.socket, *arguments: Any, seconds: float, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self._timed = _Timed(self.fp.detach(), sock, time.monotonic() + seconds)
        self.fp = io.BufferedReader(self._timed)

    def wait_until(self, deadline: float) -> None:
        """Move the deadline; on the monotonic clock."""
        self._timed.deadline = deadline


class _Timed(io.RawIOBase):
    """The bytes of a socket. A read raises `TimeoutError` at the deadline, which is on the monotonic clock."""

    def __init__(self, bytes_of: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        self._bytes_of = bytes_of
        self._sock = sock
        self.deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no whole line in time")
        self._sock.settimeout(left)
        return self._bytes_of.readinto(buffer)

    def close(self) -> None:
        self._bytes_of.close()
        super().close()
