"""What the brake keeps up: the open holds with what waits for them, releasing one, and the closed ones."""

from fastapi import APIRouter, Response

from mercarich_web.api.ids import Id
from mercarich_web.runs.holding import BrowseHolds, ReleaseHold
from mercarich_web.site.addresses import Below
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshOperator, Operator


def routes(site: Site, browse: BrowseHolds, release_hold: ReleaseHold) -> APIRouter:
    routes = APIRouter(prefix="/holds")

    @routes.get("")
    def holds(visit: Operator, below: Below = None) -> Response:
        closed = browse.closed(below)
        page = {
            "first": "/holds" if below is not None else None,
            "next": f"/holds?below={closed.next}" if closed.next is not None else None,
        }
        return site.page(visit, "operating/holds.html", opened=browse.open(), closed=closed.rows, page=page)

    @routes.get("/{hold_id}")
    def one(visit: Operator, hold_id: Id) -> Response:
        hold, listings = browse.one(hold_id)
        return site.page(visit, "operating/hold.html", hold=hold, listings=listings)

    @routes.post("/{hold_id}/release")
    def release(visit: FreshOperator, hold_id: Id) -> Response:
        done = release_hold(hold_id, visit.actor)
        return site.to(f"/holds/{hold_id}", "hold_released" if done.changed else "hold_was_closed", str(hold_id))

    return routes
