"""Limits on the head of a request, in time and size, which uvicorn does not have.

Without them, a client that sends a byte now and then can keep a connection open forever, and an endless head fills the
memory. uvicorn's own options do not help: `timeout_keep_alive` ends with the first byte, and
`h11_max_incomplete_event_size` limits only the size, and only of its slower parser. The time of request bodies is left
to the application.
"""

from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SECONDS = 15.0
"""Time limit from the connection, or from the first byte after the last request, to the end of the head."""
BYTES = 65_536


class BoundedHeads(HttpToolsProtocol):
    """Closes connections whose head is too slow or too long."""

    _due: TimerHandle | None = None
    _received = 0
    _between = True
    """Whether no request is being read."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
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
