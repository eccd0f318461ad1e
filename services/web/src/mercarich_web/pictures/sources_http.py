"""Fetch a source's pictures by its proxy's `GET /v1/items/{id}` and `GET /v1/images`."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_contracts.proxy_api import Item, ProxyError
from mercarich_platform import whole_responses
from mercarich_web.pictures.pictures import LARGEST, SUFFIXES, NoPicture, Picture, PictureLater, PicturesAway

AGAIN_SECONDS = 15.0
LONGEST_REST_SECONDS = 300.0


class HttpPictureSource:
    """A response is whole within `silence_seconds`: a proxy keeps a look or a picture waiting for its turn for up to
    half a minute."""

    def __init__(self, urls: Mapping[Marketplace, str], *, silence_seconds: float) -> None:
        self._urls = {name: f"{url.rstrip('/')}/v1" for name, url in urls.items()}
        self._http = whole_responses.client(silence_seconds)

    def addresses(self, marketplace: Marketplace, item_id: str) -> Sequence[str]:
        """Return the addresses of the pictures on the item's page, the main one first; empty when it has none or is
        gone."""
        answer = self._get(f"{self._urls[marketplace]}/items/{quote(item_id, safe='')}")
        try:
            item = Item.model_validate_json(answer.content)
        except ValidationError as error:
            raise PicturesAway(f"{marketplace}'s proxy answered HTTP {answer.status_code}", AGAIN_SECONDS) from error
        if item.reason is Reason.BREAKER_OPEN:
            raise PicturesAway(f"{marketplace}'s proxy makes no calls while its breaker is open", AGAIN_SECONDS)
        if item.state is State.UNKNOWN and item.reason is not Reason.MALFORMED_ID:
            raise PictureLater(f"the look at the item's page had no result: {item.reason}")
        return item.images

    def fetch(self, marketplace: Marketplace, url: str) -> Picture:
        """Fetch a picture. Raises `NoPicture`."""
        answer = self._get(f"{self._urls[marketplace]}/images", {"url": url})
        if answer.status_code != httpx.codes.OK:
            said = _said(answer)
            if said.error == Reason.BREAKER_OPEN:
                raise PicturesAway(f"{marketplace}: {said.message}", _rest(answer))
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                raise PictureLater(said.message)
            raise NoPicture(said.message)
        suffix = SUFFIXES.get(answer.headers.get("content-type", ""))
        if suffix is None or not 0 < len(answer.content) <= LARGEST:
            raise NoPicture("the response is not a picture, or is too large")
        return Picture(suffix, answer.content)

    def close(self) -> None:
        self._http.close()

    def _get(self, url: str, parameters: Mapping[str, str] | None = None) -> httpx.Response:
        try:
            return self._http.get(url, params=parameters)
        except httpx.HTTPError as error:
            raise PicturesAway(f"{url}: {type(error).__name__}", AGAIN_SECONDS) from error


def _said(answer: httpx.Response) -> ProxyError:
    try:
        return ProxyError.model_validate_json(answer.content)
    except ValidationError:
        return ProxyError(error=f"HTTP {answer.status_code}", message=f"HTTP {answer.status_code}")


def _rest(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), LONGEST_REST_SECONDS) if text.isascii() and text.isdigit() else AGAIN_SECONDS
