"""The HTTP client of a proxy: aiohttp's connections, without cookies, redirects, retries of its own or proxies.

The only module that names the driver. Why it is aiohttp and not httpx: `docs/decisions/0010`.
"""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
import certifi
from aiohttp.abc import AbstractResolver
from yarl import URL

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import Fault

MAX_BYTES = 3_000_000
"""Largest body, after decompression."""

KEPT_HEADERS = ("retry-after", "location")
CONNECT_SECONDS = 3.0
KEPT_SECONDS = 30.0
"""An idle connection is closed after this long."""


@dataclass(frozen=True, slots=True)
class Received:
    """A complete response: its status, its headers that are in `KEPT_HEADERS`, and the decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client(Protocol):
    async def ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Received:
        """Send one request and return the response. Raise `Fault`: transient, timed out or oversized.

        The caller sets the deadline.
        """

    async def close(self) -> None: ...


class HttpClient:
    """A client with at most `connections` open connections. `resolver` makes the resolver of host names."""

    def __init__(
        self, *, user_agent: str, connections: int, resolver: Callable[[], AbstractResolver] | None = None
    ) -> None:
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"}
        self._connections = connections
        self._resolver = resolver
        self._opened: aiohttp.ClientSession | None = None

    async def ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Received:
        try:
            response = await self._session().request(
                method, URL(url, encoded=True), headers=headers, data=content, allow_redirects=False
            )
            async with response:
                return Received(response.status, _kept(response), await _whole_body(response))
        except (aiohttp.ClientError, OSError, ValueError) as error:  # a ValueError is an address that cannot be one
            raise _transport_fault(error) from error

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.close()

    def _session(self) -> aiohttp.ClientSession:
        """Opened at the first call: it belongs to the event loop that runs then."""
        if self._opened is None:
            trusted = ssl.create_default_context(cafile=certifi.where())
            connector = aiohttp.TCPConnector(
                limit=self._connections,
                ssl=trusted,
                keepalive_timeout=KEPT_SECONDS,
                resolver=self._resolver() if self._resolver else None,
            )
            self._opened = aiohttp.ClientSession(
                connector=connector,
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
                trust_env=False,
            )
            # When the connection breaks, aiohttp repeats a GET on its own, past the rate budget and the breaker.
            # There is no public switch for that; aiohttp's own test client sets this attribute.
            self._opened._retry_connection = False
        return self._opened


def _kept(response: aiohttp.ClientResponse) -> dict[str, str]:
    return {name: value for name in KEPT_HEADERS if (value := response.headers.get(name)) is not None}


async def _whole_body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    while chunk := await response.content.readany():
        body += chunk
        if len(body) > MAX_BYTES:
            response.close()  # the rest of the body is not read
            raise Fault(Reason.OVERSIZED, f"HTTP {response.status} with more than {MAX_BYTES} bytes")
    return bytes(body)


def _transport_fault(error: Exception) -> Fault:
    reason = Reason.TIMED_OUT if isinstance(error, TimeoutError) else Reason.TRANSIENT
    return Fault(reason, f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
