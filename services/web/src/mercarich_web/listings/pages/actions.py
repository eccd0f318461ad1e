"""Bulk actions on listings: a preview of the number of changes, then the changes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from pydantic import AwareDatetime

from mercarich_contracts.market import Marketplace
from mercarich_web.api.ids import GivenId
from mercarich_web.listings.actions import ACTIONS, BulkAction
from mercarich_web.listings.bulk import ChangeMany
from mercarich_web.listings.choices import Choice
from mercarich_web.listings.views import View, Wish
from mercarich_web.site.addresses import LONGEST, own_path
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Seller, Visit, fresh_seller

MOST_TICKED = 200


def chosen(
    listing: Annotated[list[GivenId] | None, Form(max_length=MOST_TICKED)] = None,
    everything: Annotated[bool, Form()] = False,
    view: Annotated[View, Form()] = View.ALL,
    q: Annotated[str, Form(max_length=100)] = "",
    market: Annotated[Marketplace | None, Form()] = None,
) -> Choice:
    if everything:
        return Choice(wish=Wish(view, q.strip(), market.value if market is not None else None))
    return Choice(ids=tuple(listing or ()))


Chosen = Annotated[Choice, Depends(chosen)]
Action = Annotated[BulkAction, Form()]
Back = Annotated[str, Form(max_length=LONGEST)]


async def allowed(visit: Seller, action: Action) -> Visit:
    """Ask for the password again before something that cannot be undone."""
    return await fresh_seller(visit) if ACTIONS[action].for_good else visit


Allowed = Annotated[Visit, Depends(allowed)]


def routes(site: Site, change: ChangeMany) -> APIRouter:
    routes = APIRouter(prefix="/listings")

    @routes.post("/preview")
    def preview(visit: Allowed, action: Action, choice: Chosen, back: Back = "/listings") -> Response:
        """Preview an action. Changes nothing; it is a POST because a selection does not fit into an address."""
        told = change.preview(visit.account, action, choice)
        return site.page(visit, "listings/bulk.html", action=action, choice=choice, preview=told, back=own_path(back))

    @routes.post("/apply")
    def apply(visit: Allowed, action: Action, choice: Chosen, back: Back = "/listings") -> Response:
        applied = change.apply(visit.account, action, choice, visit.actor)
        undo = applied.at.isoformat() if applied.changed and ACTIONS[action].undo else ""
        return site.to(back, f"bulk_{action}", f"{applied.changed:,}", undo)

    @routes.post("/undo")
    def undo(visit: Seller, at: Annotated[AwareDatetime, Form()], back: Back = "/listings") -> Response:
        return site.to(back, "bulk_undone", f"{change.undo(visit.account, at, visit.actor):,}")

    return routes
