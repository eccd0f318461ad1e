"""A client for responses that must be whole in time: httpx itself limits each single read, so that a body may trickle.

Needs the extra `calls`.
"""

import time
from collections.abc import Iterator

import httpx

CONNECT_SECONDS = 3.0


def client(seconds: float, *, silence_seconds: float | None = None, connections: int = 20) -> httpx.Client:
    """Return a client whose responses are whole `seconds` after their request, or raise `httpx.ReadTimeout`.

    A peer that sends nothing for `silence_seconds` (None: `seconds`) is waited for no longer. `connections` limits how
    many are open.
    """
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    transport = WholeInTime(seconds, httpx.HTTPTransport(limits=limits, trust_env=False))
    silence = silence_seconds or seconds
    timeout = httpx.Timeout(silence, connect=min(silence, CONNECT_SECONDS))
    return httpx.Client(transport=transport, timeout=timeout, trust_env=False)


class WholeInTime(httpx.BaseTransport):
    """Passes requests on to `inner`, and gives up a body that is not whole `seconds` after its request."""

    def __init__(self, seconds: float, inner: httpx.BaseTransport) -> None:
        self._seconds = seconds
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        deadline = time.monotonic() + self._seconds
        response = self._inner.handle_request(request)
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Until(response.stream, deadline)
        return response

    def close(self) -> None:
        self._inner.close()


class _Until(httpx.SyncByteStream):
    def __init__(self, body: httpx.SyncByteStream, deadline: float) -> None:
        self._body = body
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            if time.monotonic() > self._deadline:
                raise httpx.ReadTimeout("the response is not whole in time")
            yield chunk

    def close(self) -> None:
        self._body.close()
