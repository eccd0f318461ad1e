"""HTTP requests with one deadline for the whole request; each thread keeps its own connections."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from mercarich_feed.domain.answers import Said, Transient
from mercarich_platform import whole_responses

AGENT = "mercarich/0.1 (Language=Python)"
_LARGEST_BODY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:
        """Return the parsed body, or None when it is not JSON."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None


class Http:
    """Sends requests. A `transport` of a test keeps no deadline."""

    def __init__(self, seconds: float, transport: Callable[[], httpx.BaseTransport] | None = None) -> None:
        self._seconds = seconds
        self._transport = transport
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._all: list[httpx.Client] = []

    def send(self, method: str, url: str, *, seconds: float | None = None, **request: Any) -> Reply:
        """Send one request. Raises `Transient` when no complete response came in time, for any reason."""
        limit = seconds or self._seconds
        where = f"{method} {url.split('?')[0]}"
        within = {whole_responses.WITHIN: limit}
        try:
            with self._client().stream(method, url, extensions=within, **request) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > _LARGEST_BODY:
                        raise Transient(f"{where}: an answer of more than {_LARGEST_BODY} bytes")
                return Reply(response.status_code, response.headers, bytes(body))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            name = type(error).__name__
            raise Transient(f"{where}: {name}", Said(name)) from error

    def close(self) -> None:
        with self._lock:
            clients, self._all = self._all, []
        for client in clients:
            client.close()

    def _client(self) -> httpx.Client:
        client: httpx.Client | None = getattr(self._mine, "client", None)
        if client is None or client.is_closed:
            if self._transport is None:
                client = whole_responses.client(self._seconds)
            else:
                client = httpx.Client(trust_env=False, transport=self._transport())
            client.headers["user-agent"] = AGENT
            self._mine.client = client
            with self._lock:
                self._all.append(client)
        return client
