"""The Amazon tokens of all sellers, with what does not reach Amazon."""

from typing import Literal

from fastapi import APIRouter, Response

from mercarich_web.sellers.steering import BrowseTokens
from mercarich_web.site.addresses import Above, address
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Operator


def routes(site: Site, browse: BrowseTokens) -> APIRouter:
    routes = APIRouter(prefix="/tokens")

    @routes.get("")
    def tokens(
        visit: Operator,
        verdict: Literal["invalid", "unknown", "valid", ""] = "",
        above: Above = 0,
    ) -> Response:
        counts, last = browse.summary()
        found = browse.page(verdict or None, above)
        page = {
            "first": _address(verdict) if above else None,
            "next": _address(verdict, found.next) if found.next is not None else None,
        }
        return site.page(
            visit, "operating/tokens.html", rows=found.rows, counts=counts, last=last, verdict=verdict, page=page
        )

    return routes


def _address(verdict: str, above: int | None = None) -> str:
    return address("/tokens", {"verdict": verdict, "above": above})
