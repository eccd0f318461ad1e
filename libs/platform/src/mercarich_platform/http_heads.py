"""uvicorn's reading of requests, with bounds on a request's head: it has none, neither of time nor of size.

Without them whoever sends a byte now and then keeps a connection for as long as he likes, and a head without an end
fills the memory. The bodies' time is the application's. None of its options serves: `timeout_keep_alive` ends with the
first byte, and `h11_max_incomplete_event_size` bounds the size alone, of its slower reader.
"""

from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SECONDS = 15.0
"""From the connection, or from the first byte after a request, to the end of the head."""
BYTES = 65_536


class BoundedHeads(HttpToolsProtocol):
    """Closes a connection whose head does not come in time, or goes on for ever."""

    _due: TimerHandle | None = None
    _received = 0
    _between = True
    """No request is being read."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._between and self._due is None:  # blank lines, too, which begin no request
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
