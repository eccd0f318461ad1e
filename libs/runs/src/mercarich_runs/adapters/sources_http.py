"""`ports.Sources` over the proxy's batch check, reading answers from the stream as they arrive.

It uses the standard library's client, because httpx would take 6 MB in each planner and worker.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from pydantic import ValidationError

from mercarich_contracts.messages import BatchItem
from mercarich_contracts.proxy_api import CHECK_LINE, Budget, CheckRequest, EndLine, Item, ItemLine
from mercarich_runs.ports import ProxyAway

CONNECT_SECONDS = 3.0
READ_BYTES = 1 << 18
_CHECK, _BUDGET = "/v1/items:check", "/v1/budget"


class HttpSources:
    """Opens a connection for each batch. The proxy sends a line every few seconds; after `silence_seconds` without one,
    it counts as away."""

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
    ) -> Iterator[Sequence[Item]]:
        request = CheckRequest.model_construct(
            ids=[item.item_id for item in items],
            concurrency=concurrency,
            sellers={item.item_id: item.seller_id for item in items if item.seller_id},
            fresh=fresh,
            background=background,
        )
        try:
            with closing(self._connected()) as connection:
                body = request.model_dump_json().encode()  # as bytes, because http.client would encode a str as Latin-1
                connection.request("POST", self._path, body, {"content-type": "application/json"})
                answer = connection.getresponse()
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
        connection.connect()
        connection.sock.settimeout(self._silence_seconds)
        return connection

    def _bunches(self, answer: HTTPResponse, stop: threading.Event) -> Iterator[Sequence[Item]]:
        """Yield groups of items that the proxy sent together, because each group costs a transaction.

        A read that ends within a line is only a part of a group. If the stream is cut off, its complete lines count.
        """
        rest, items, cut = b"", list[Item](), "the answer ended before its last line"
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
        if items:
            yield items
        raise ProxyAway(f"{self._url}: {cut}")
