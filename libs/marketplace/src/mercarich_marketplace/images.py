"""`GET /v1/images`: one picture of the marketplace. Format and size come from its header; it is not decoded."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Query, Response

from mercarich_contracts.market import Reason
from mercarich_contracts.proxy_api import MAX_IMAGE_PIXELS, ProxyError
from mercarich_marketplace.answers import Answer, Fault, retry_after_seconds
from mercarich_marketplace.app import PATIENCE_SECONDS, Refusal
from mercarich_marketplace.breaker import Phase
from mercarich_marketplace.egress import Call, Egress
from mercarich_marketplace.image_header import Header, NoImage, read_header
from mercarich_marketplace.image_sources import ImageSources, NotAllowed
from mercarich_marketplace.turns import Flow

_ACCEPTED = {"Accept": "image/jpeg, image/png, image/webp"}
_STATUSES = {
    Reason.NOT_FOUND_ONCE: 404,
    Reason.OVERSIZED: 413,
    Reason.UNPARSABLE: 502,
    Reason.EMPTY: 502,
    Reason.BAD_REQUEST: 502,
}
"""Statuses for faults that a repeated request would not change; every other fault is a 503."""


@dataclass(frozen=True, slots=True)
class Image:
    header: Header
    body: bytes


class Images:
    """Fetches pictures through an egress of their own: other hosts, so another budget and breaker."""

    def __init__(self, sources: ImageSources, egress: Egress) -> None:
        self.egress = egress
        self._sources = sources
        egress.guards.metrics.image_breaker_phase.set_function(self._phase)

    async def fetch(self, url: str) -> Image:
        """Return the picture at `url`. Raise `Refusal` with the HTTP status for the caller."""
        try:
            call = Call(self._sources.checked(url), headers=lambda: _ACCEPTED)
            return await self.egress.fetch(call, read, Flow(patience=PATIENCE_SECONDS))
        except NotAllowed as refused:
            raise Refusal(403, "not_allowed", str(refused)) from None
        except Fault as fault:
            status = _STATUSES.get(fault.reason, 503)
            raise Refusal(status, fault.reason.value, fault.detail, retry_after=fault.retry_after) from fault

    def _phase(self) -> float:
        guards = self.egress.guards
        return [Phase.CLOSED, Phase.HALF_OPEN, Phase.OPEN].index(guards.breaker.phase(guards.now()))


def image_routes(images: Images) -> APIRouter:
    """Return the contract's route for pictures."""
    routes = APIRouter(prefix="/v1")
    errors: dict[int | str, dict[str, Any]] = {status: {"model": ProxyError} for status in (403, 404, 413, 502, 503)}

    @routes.get("/images", response_class=Response, responses={200: {"content": {"image/*": {}}}, **errors})
    async def image(url: str = Query(min_length=1)) -> Response:
        """The picture at an address that an item of this marketplace names."""
        found = await images.fetch(url)
        size = f"{found.header.width}x{found.header.height}"
        headers = {"X-Image-Size": size, "X-Content-Type-Options": "nosniff"}
        return Response(found.body, headers=headers, media_type=found.header.media_type)

    return routes


def read(answer: Answer) -> Image:
    """Return the picture in a response. Raise `Fault` for another status, no picture, or too many pixels."""
    if answer.status != 200:
        raise _fault_of(answer)
    try:
        header = read_header(answer.body)
    except NoImage as odd:
        raise Fault(Reason.UNPARSABLE, f"no picture: {odd}") from None
    if header.pixels > MAX_IMAGE_PIXELS:
        raise Fault(Reason.OVERSIZED, f"the picture is too large: {header.width} x {header.height} pixels")
    return Image(header, answer.body)


def _fault_of(answer: Answer) -> Fault:
    status = answer.status
    if status in (404, 410):
        return Fault(Reason.NOT_FOUND_ONCE, f"HTTP {status}: there is no such picture")
    if status == 429:
        return Fault(Reason.RATE_LIMITED, "HTTP 429", retry_after=retry_after_seconds(answer))
    if status in (401, 403, 423):
        return Fault(Reason.BLOCKED, f"HTTP {status}", retry_after=retry_after_seconds(answer))
    if status >= 500:
        return Fault(Reason.TRANSIENT, f"HTTP {status}", retry_after=retry_after_seconds(answer))
    redirected = "a redirect, which is not followed" if 300 <= status < 400 else "no picture"
    return Fault(Reason.BAD_REQUEST, f"HTTP {status}: {redirected}")
