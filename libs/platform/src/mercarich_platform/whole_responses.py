"""A client for responses that must be whole in time: httpx itself limits each single read, so that a response may
trickle.

Needs the extra `calls`.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

CONNECT_SECONDS = 3.0
WITHIN = "mercarich_within"
"""The extension of a request (`extensions={WITHIN: 60.0}`) that gives its response other seconds than the client's."""


def client(seconds: float, *, silence_seconds: float | None = None, connections: int = 20) -> httpx.Client:
    """Return a client whose responses, head and body, are whole `seconds` after their request, or raise
    `httpx.ReadTimeout`.

    A peer that sends nothing for `silence_seconds` (None: `seconds`) is waited for no longer. `connections` limits how
    many are open.
    """
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    silence = silence_seconds or seconds
    timeout = httpx.Timeout(silence, connect=min(silence, CONNECT_SECONDS))
    return httpx.Client(transport=_WholeInTime(seconds, limits), timeout=timeout, trust_env=False)


class _Due(threading.local):
    """When the response is due that this thread reads, by the monotonic clock."""

    at = 0.0


class _WholeInTime(httpx.HTTPTransport):
    def __init__(self, seconds: float, limits: httpx.Limits) -> None:
        super().__init__(limits=limits, trust_env=False)
        self._seconds = seconds
        self._due = _Due()
        self._pool._network_backend = _Network(self._due)  # httpx has no option for it

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._due.at = at = time.monotonic() + request.extensions.get(WITHIN, self._seconds)
        response = super().handle_request(request)
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Body(response.stream, self._due, at)
        return response


class _Body(httpx.SyncByteStream):
    """A body whose reads end when its response is due, in whichever thread, and whatever that thread reads besides."""

    def __init__(self, body: httpx.SyncByteStream, due: _Due, at: float) -> None:
        self._body = body
        self._due = due
        self._at = at

    def __iter__(self) -> Iterator[bytes]:
        chunks = iter(self._body)
        while True:
            self._due.at = self._at
            chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

    def close(self) -> None:
        self._body.close()


class _Network(httpcore.SyncBackend):
    def __init__(self, due: _Due) -> None:
        self._due = due

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(host, port, timeout, local_address, socket_options), self._due)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, due: _Due) -> None:
        self._inner = inner
        self._due = due

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._due.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the response is not whole in time")
        return self._inner.read(max_bytes, left if timeout is None else min(timeout, left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._due)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
