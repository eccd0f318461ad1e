"""Limits that uvicorn does not have: on the head of a request, in time, size and hosts, and on the connections of a
network.

Without them, a client that sends a byte now and then can keep a connection open forever, and an endless head fills the
memory. uvicorn's own options do not help: `timeout_keep_alive` ends with the first byte, and
`h11_max_incomplete_event_size` limits only the size, and only of its slower parser. The time of request bodies is left
to the application.
"""

from asyncio import TimerHandle, Transport
from collections import Counter
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mercarich_platform.client_networks import Trusted, network

SECONDS = 15.0
"""Time limit from the connection, or from the first byte after the last request, to the end of the head."""
BYTES = 65_536
REFUSED = (
    b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 5\r\n"
    b"Content-Length: 49\r\nConnection: close\r\n\r\nYour network has too many connections open here.\n"
)


class ConnectionShares:
    """At most `most` open connections of each network. A trusted proxy's are not counted: they are of many clients."""

    def __init__(self, most: int, trusted: Trusted) -> None:
        self._most = most
        self._trusted = trusted
        self._open: Counter[str] = Counter()

    def take(self, address: str) -> str | None:
        """Count a connection and return its network, empty when it is not counted; None when it is one too many."""
        if address in self._trusted:
            return ""
        name = network(address)
        if self._open[name] >= self._most:
            return None
        self._open[name] += 1
        return name

    def give_back(self, name: str) -> None:
        self._open[name] -= 1
        if self._open[name] <= 0:
            del self._open[name]


class BoundedHeads(HttpToolsProtocol):
    """Closes connections whose head is too slow or too long, or names no single host, and those beyond their network's
    share."""

    _due: TimerHandle | None = None
    _received = 0
    _between = True
    """Whether no request is being read."""
    _counted = ""
    """The network whose share the connection is part of; empty: of none."""

    def __init__(self, *given: Any, shares: ConnectionShares | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self._shares = shares

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._shares is not None and self.client is not None:
            counted = self._shares.take(self.client[0])
            if counted is None:
                transport.write(REFUSED)
                transport.close()
                return
            self._counted = counted
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        if self._shares is not None and self._counted:
            self._shares.give_back(self._counted)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._between and self._due is None:  # also for blank lines, which do not begin a request
            self._begin()
        if self._due is not None:
            if self._received > BYTES:
                self._close()
                return
            self._received += len(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        if self._due is None:
            self._begin()
        super().on_message_begin()

    def on_headers_complete(self) -> Any:
        self._end()
        self._between = False
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            # The parser reports an invalid request, and uvicorn responds with 400.
            raise ValueError("no single Host")
        return super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._between = True
        super().on_message_complete()

    def _begin(self) -> None:
        self._received = 0
        self._due = self.loop.call_later(SECONDS, self._close)

    def _end(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _close(self) -> None:
        self._end()
        self.transport.close()
