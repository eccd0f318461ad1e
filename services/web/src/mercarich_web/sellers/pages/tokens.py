"""The page of all sellers' Amazon tokens, with the changes that do not reach Amazon."""

from typing import Literal

from fastapi import APIRouter, Response

from mercarich_web.sellers.sql.token_verdicts import SqlTokenVerdicts
from mercarich_web.site.addresses import Above, address
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Operator

SHOWN = 50


def routes(site: Site, verdicts: SqlTokenVerdicts) -> APIRouter:
    routes = APIRouter(prefix="/tokens")

    @routes.get("")
    def tokens(
        visit: Operator,
        verdict: Literal["invalid", "unknown", "valid", ""] = "",
        above: Above = 0,
    ) -> Response:
        counts, last = verdicts.counts(), verdicts.last_check()
        found = verdicts.page(verdict or None, above, SHOWN)
        page = {
            "first": _address(verdict) if above else None,
            "next": _address(verdict, found.next) if found.next is not None else None,
        }
        return site.page(
            visit, "sellers/tokens.html", rows=found.rows, counts=counts, last=last, verdict=verdict, page=page
        )

    return routes


def _address(verdict: str, above: int | None = None) -> str:
    return address("/tokens", {"verdict": verdict, "above": above})
