"""`ports.Search` and `ports.Look` over the HTTP API of the proxies."""

from collections.abc import Mapping

import httpx
from pydantic import BaseModel, ValidationError

from mercarich_contracts.market import Marketplace
from mercarich_contracts.proxy_api import (
    CHECK_LINE,
    CheckRequest,
    Item,
    ItemLine,
    ProxyError,
    SearchRequest,
    SearchResult,
)
from mercarich_platform import whole_responses
from mercarich_runs.ports import ProxyAway
from mercarich_updater.ports import NotSearched

LOOK_SECONDS = 600.0
"""A look has heartbeats while it waits for its turn among the batches of a run."""


class HttpMarket:
    """Client of the proxies. A proxy that sends nothing for `silence_seconds` counts as away; so does one whose
    response is not whole after `LOOK_SECONDS`.

    `silence_seconds` must be more than the half minute that a search may wait for its turn in the proxy.
    """

    def __init__(self, proxy_urls: Mapping[Marketplace, str], *, silence_seconds: float, connections: int) -> None:
        self._urls = {marketplace: url.rstrip("/") for marketplace, url in proxy_urls.items()}
        self._http = whole_responses.client(LOOK_SECONDS, silence_seconds=silence_seconds, connections=connections)

    def search(self, marketplace: Marketplace, request: SearchRequest) -> SearchResult:
        answer = self._post(f"{self._urls[marketplace]}/v1/search", request)
        if answer.status_code in (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE):
            raise NotSearched(_error(answer))
        return _read(SearchResult, answer)

    def look(self, marketplace: Marketplace, item_id: str) -> Item:
        request = CheckRequest(ids=[item_id], concurrency=1, fresh=True)
        answer = self._post(f"{self._urls[marketplace]}/v1/items:check", request)
        if answer.status_code != httpx.codes.OK:
            raise ProxyAway(f"{answer.url} answered HTTP {answer.status_code}")
        try:
            lines = [CHECK_LINE.validate_json(line) for line in answer.content.split(b"\n") if line]
        except ValidationError as error:
            raise ProxyAway(f"{answer.url} sent an answer that cannot be read: {_first(error)}") from error
        items = {line.item.item_id: line.item for line in lines if isinstance(line, ItemLine)}
        if item_id not in items:
            raise ProxyAway(f"{answer.url}: the answer ended without the item")
        return items[item_id]

    def _post(self, url: str, request: BaseModel) -> httpx.Response:
        try:
            return self._http.post(url, content=request.model_dump_json(), headers={"content-type": "application/json"})
        except httpx.HTTPError as error:
            raise ProxyAway(f"{url}: {type(error).__name__}: {error}") from error


def _read(model: type[SearchResult], answer: httpx.Response) -> SearchResult:
    if answer.status_code != httpx.codes.OK:
        raise ProxyAway(f"{answer.url} answered HTTP {answer.status_code}")
    try:
        return model.model_validate_json(answer.content)
    except ValidationError as error:
        raise ProxyAway(f"{answer.url} sent an answer that cannot be read: {_first(error)}") from error


def _error(answer: httpx.Response) -> str:
    try:
        return ProxyError.model_validate_json(answer.content).error
    except ValidationError:
        return f"HTTP {answer.status_code}"


def _first(error: ValidationError) -> str:
    return error.errors(include_url=False, include_input=False)[0]["msg"]
