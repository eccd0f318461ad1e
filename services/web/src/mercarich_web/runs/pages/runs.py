"""The pages of runs: the newest of each kind with its progress, all of them, and one in full."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from mercarich_contracts.market import Marketplace
from mercarich_web.api.ids import Id
from mercarich_web.runs.sql.runs import SqlRuns
from mercarich_web.site.addresses import Below, address
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Operator

Market = Annotated[Marketplace | Literal[""], Query()]


SHOWN = 30


def routes(site: Site, book: SqlRuns) -> APIRouter:
    routes = APIRouter(prefix="/runs")

    @routes.get("")
    def runs(
        visit: Operator,
        operation: Literal["check", "update", "watch", ""] = "",
        market: Market = "",
        below: Below = None,
    ) -> Response:
        found = book.page(operation or None, market or None, below, SHOWN)
        wish = {"operation": operation, "market": market and market.value}
        page = {
            "first": _address(wish) if below is not None else None,
            "next": _address(wish, found.next) if found.next is not None else None,
        }
        heads = book.heads()
        return site.page(visit, "runs/runs.html", heads=heads, runs=found.rows, wish=wish, page=page)

    @routes.get("/heads")
    def heads(visit: Operator) -> Response:
        """Return the part of the page that the browser reloads while a run is in progress."""
        return site.page(visit, "runs/run_heads.html", heads=book.heads())

    @routes.get("/{run_id}")
    def one(visit: Operator, run_id: Id) -> Response:
        return site.page(visit, "runs/run.html", found=book.details(run_id))

    @routes.get("/{run_id}/progress")
    def progress(visit: Operator, run_id: Id) -> Response:
        """Return the part of a run's page that the browser reloads while the run is in progress."""
        return site.page(visit, "runs/run_progress.html", run=book.progress(run_id))

    return routes


def _address(wish: dict[str, str], below: int | None = None) -> str:
    return address("/runs", {**wish, "below": below})
