"""Search a marketplace by its proxy's `POST /v1/search`."""

from collections.abc import Mapping, Sequence

import httpx
from pydantic import ValidationError

from mercarich_contracts.market import Marketplace
from mercarich_contracts.proxy_api import Item, ProxyError, SearchRequest, SearchResult
from mercarich_platform import whole_responses
from mercarich_reasons.jobs import AnswerUnreadable, MarketplaceAway, SearchUnusable
from mercarich_web.jobs.search_queries import MarketAway, Query, Unusable

AGAIN_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 300.0


class HttpMarkets:
    """A response is whole within `silence_seconds`: a proxy keeps a search waiting for its turn for up to half a
    minute."""

    def __init__(self, urls: Mapping[Marketplace, str], *, silence_seconds: float) -> None:
        self._urls = {name: f"{url.rstrip('/')}/v1/search" for name, url in urls.items()}
        self._http = whole_responses.client(silence_seconds)

    def search(self, query: Query, page: int) -> tuple[Sequence[Item], bool]:
        """Return one page of items, and whether it is the last one. Raises `MarketAway` and `Unusable`."""
        request = SearchRequest(
            keyword=query.keyword,
            price_min=query.price_min,
            price_max=query.price_max,
            conditions=list(query.conditions),
            page=page,
        )
        url = self._urls[query.marketplace]
        try:
            answer = self._http.post(
                url, content=request.model_dump_json(), headers={"content-type": "application/json"}
            )
        except httpx.HTTPError as error:
            raise MarketAway(MarketplaceAway(query.marketplace, type(error).__name__), AGAIN_SECONDS) from error
        if answer.status_code == httpx.codes.OK:
            return self._read(answer, query)
        text = _text(answer)
        if answer.status_code in (httpx.codes.BAD_GATEWAY, httpx.codes.UNPROCESSABLE_ENTITY):
            raise Unusable(SearchUnusable(query.marketplace, text))
        raise MarketAway(MarketplaceAway(query.marketplace, text), _pause(answer))

    def close(self) -> None:
        self._http.close()

    def _read(self, answer: httpx.Response, query: Query) -> tuple[Sequence[Item], bool]:
        try:
            result = SearchResult.model_validate_json(answer.content)
        except ValidationError as error:
            raise Unusable(AnswerUnreadable(query.marketplace)) from error
        return [item for item in result.items if item.marketplace is query.marketplace], result.complete


def _text(answer: httpx.Response) -> str:
    try:
        said = ProxyError.model_validate_json(answer.content)
    except ValidationError:
        return f"HTTP {answer.status_code}"
    return f"{said.error}: {said.message}"


def _pause(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), LONGEST_PAUSE_SECONDS) if text.isascii() and text.isdigit() else AGAIN_SECONDS
