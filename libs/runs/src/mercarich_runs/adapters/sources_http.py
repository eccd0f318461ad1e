"""`ports.Sources` over the proxy's batch check: answers are read from the stream as they come."""

import threading
from collections.abc import Iterator, Sequence

import httpx
from pydantic import ValidationError

from mercarich_contracts.messages import BatchItem
from mercarich_contracts.proxy_api import CHECK_LINE, CheckRequest, EndLine, Item, ItemLine
from mercarich_runs.ports import ProxyAway


class HttpSources:
    """`silence_seconds`: the stream speaks every few seconds; after so long without a line the proxy is away."""

    def __init__(self, proxy_url: str, *, silence_seconds: float, connections: int) -> None:
        self._url = f"{proxy_url.rstrip('/')}/v1/items:check"
        self._http = httpx.Client(
            timeout=httpx.Timeout(silence_seconds, connect=3.0),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            trust_env=False,
        )

    def look(
        self, items: Sequence[BatchItem], concurrency: int, stop: threading.Event, *, fresh: bool = False
    ) -> Iterator[Sequence[Item]]:
        request = CheckRequest.model_construct(
            ids=[item.item_id for item in items],
            concurrency=concurrency,
            sellers={item.item_id: item.seller_id for item in items if item.seller_id},
            fresh=fresh,
        )
        try:
            with self._http.stream(
                "POST", self._url, content=request.model_dump_json(), headers={"content-type": "application/json"}
            ) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise ProxyAway(f"{self._url} answered HTTP {answer.status_code}")
                yield from self._bunches(answer, stop)
        except httpx.HTTPError as error:
            raise ProxyAway(f"{self._url}: {type(error).__name__}: {error}") from error

    def _bunches(self, answer: httpx.Response, stop: threading.Event) -> Iterator[Sequence[Item]]:
        """What the proxy sent together comes together, since each bunch costs a transaction: a read that ends within a
        line is only a part of it."""
        rest, items = b"", list[Item]()
        for chunk in answer.iter_bytes():
            *lines, rest = (rest + chunk).split(b"\n")
            try:
                read = [CHECK_LINE.validate_json(line) for line in lines if line]
            except ValidationError as error:
                raise ProxyAway(
                    f"{self._url} spoke another language: {error.errors(include_url=False)[0]['msg']}"
                ) from error
            items += [line.item for line in read if isinstance(line, ItemLine)]
            ends = stop.is_set() or any(isinstance(line, EndLine) for line in read)
            if ends or not rest:
                yield items
                items = []
            if ends:
                return
        raise ProxyAway(f"{self._url}: the stream was cut")
