"""The pages of holds: the open ones with the listings that wait, releasing one or some of its listings, and the
closed ones."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Response
from pydantic import AwareDatetime, StringConstraints

from mercarich_platform.clock import Clock
from mercarich_web.api.ids import Id
from mercarich_web.runs.sql.held_prices import SqlHeldPrices
from mercarich_web.runs.sql.holds import SqlHolds
from mercarich_web.runs.sql.releases import SqlReleases
from mercarich_web.site import flash
from mercarich_web.site.addresses import Above, Below
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshOperator, Operator

OPEN_SHOWN = 50
CLOSED_SHOWN = 30
LISTINGS_SHOWN = 50
EVIDENCE_SHOWN = 5
Row = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}(:[0-9]{1,9})?$")]
"""The id of a listing, and the price that the page showed for it."""
Ticked = Annotated[list[Row] | None, Form(max_length=LISTINGS_SHOWN)]


def routes(site: Site, book: SqlHolds, releases: SqlReleases, prices: SqlHeldPrices, now: Clock) -> APIRouter:
    routes = APIRouter(prefix="/holds")

    @routes.get("")
    def holds(visit: Operator, below: Below = None) -> Response:
        closed = book.closed_page(below, CLOSED_SHOWN)
        page = {
            "first": "/holds" if below is not None else None,
            "next": f"/holds?below={closed.next}" if closed.next is not None else None,
        }
        return site.page(visit, "runs/holds.html", opened=book.open_page(OPEN_SHOWN), closed=closed.rows, page=page)

    @routes.get("/{hold_id}")
    def one(visit: Operator, hold_id: Id, above: Above = 0) -> Response:
        hold, waiting = book.one(hold_id), book.listings(hold_id, above, LISTINGS_SHOWN)
        page = {
            "first": f"/holds/{hold_id}" if above else None,
            "next": f"/holds/{hold_id}?above={waiting.next}#waits" if waiting.next is not None else None,
        }
        return site.page(
            visit,
            "runs/hold.html",
            hold=hold,
            newest=book.newest(hold),
            drawn=book.some_evidence(hold_id, EVIDENCE_SHOWN),
            listings=waiting.rows,
            asked=prices.of([one.id for one in waiting.rows], now()) if hold.kind == "prices" else {},
            page=page,
            stands=book.now(hold_id),
        )

    @routes.post("/{hold_id}/release")
    def release(visit: FreshOperator, hold_id: Id, newest: Annotated[AwareDatetime | None, Form()] = None) -> Response:
        done = releases.release(hold_id, visit.actor, now(), newest)
        if done.joined:
            return site.to(f"/holds/{hold_id}", "hold_released_but_joined", str(done.joined))
        return site.to(f"/holds/{hold_id}", "hold_released" if done.changed else "hold_was_closed", str(hold_id))

    @routes.post("/{hold_id}/release-listings")
    def release_listings(visit: FreshOperator, hold_id: Id, listing: Ticked = None) -> Response:
        book.one(hold_id)
        done = releases.release_listings(hold_id, _shown(listing or ()), visit.actor, now())
        nothing = "hold_nothing_released" if done.left else "hold_no_listing_released"
        notice = "hold_listings_released" if done.released else nothing
        about = flash.keeping(str(len(done.released)), list(done.left.values()))
        return site.to(f"/holds/{hold_id}", notice, about)

    return routes


def _shown(rows: Sequence[str]) -> dict[int, int | None]:
    """Return the ids, with the prices that the page showed."""
    ticked = (row.partition(":") for row in rows)
    return {int(id): int(price) if price else None for id, _, price in ticked}
