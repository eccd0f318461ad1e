"""Bulk actions on listings: a preview of the number of changes, then the changes.

Before something that cannot be undone, the preview itself asks for the password: another page would lose the choice,
which does not fit into an address.
"""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from mercarich_contracts.market import Marketplace
from mercarich_web.api.ids import GivenId
from mercarich_web.identity.people import LONGEST as LONGEST_PASSWORD
from mercarich_web.identity.sign_in import Door, TooMany, Wrong
from mercarich_web.listings.actions import ACTIONS, BulkAction
from mercarich_web.listings.bulk import ChangeMany
from mercarich_web.listings.choices import MOST, ActionTime, Choice
from mercarich_web.listings.pages.progress import MANY, following
from mercarich_web.listings.views import LONGEST_SEARCH, View, Wish
from mercarich_web.site.addresses import LONGEST, own_path
from mercarich_web.site.rendering import Site
from mercarich_web.site.shares import HashesPassword
from mercarich_web.site.visits import Seller, Visit, let_in, refusal

MOST_TICKED = 200
ABOUT_AMAZON = frozenset({BulkAction.CREATE, BulkAction.GIVE_UP, BulkAction.LIST})


def chosen(
    listing: Annotated[list[GivenId] | None, Form(max_length=MOST_TICKED)] = None,
    everything: Annotated[bool, Form()] = False,
    view: Annotated[View, Form()] = View.ALL,
    q: Annotated[str, Form(max_length=LONGEST_SEARCH)] = "",
    market: Annotated[Marketplace | None, Form()] = None,
) -> Choice:
    if everything:
        return Choice(wish=Wish(view, q.strip(), market.value if market is not None else None))
    return Choice(ids=tuple(listing or ()))


Chosen = Annotated[Choice, Depends(chosen)]
Action = Annotated[BulkAction, Form()]
Back = Annotated[str, Form(max_length=LONGEST)]


def asks_first(visit: Visit, action: BulkAction) -> bool:
    """Return whether the action needs the password of the last minutes, which this visitor has not given."""
    return ACTIONS[action].for_good and not visit.is_fresh


def routes(site: Site, change: ChangeMany, door: Door) -> APIRouter:
    routes = APIRouter(prefix="/listings")

    def page(
        visit: Visit, action: BulkAction, choice: Choice, back: str, status: int = 200, **more: object
    ) -> Response:
        told = {"problem": None, "asks": asks_first(visit, action), "again": False} | more
        told |= {"action": action, "choice": choice, "preview": change.preview(visit.account, action, choice)}
        return site.page(visit, "listings/bulk.html", status, back=own_path(back), **told)

    @routes.post("/preview")
    def preview(
        visit: Seller,
        action: Action,
        choice: Chosen,
        back: Back = "/listings",
        again: Annotated[bool, Form()] = False,
    ) -> Response:
        """Preview an action. Changes nothing; it is a POST because a selection does not fit into an address. `again`:
        after a new sign-in."""
        return page(visit, action, choice, back, again=again)

    @routes.post("/confirm")
    def confirm(
        request: Request,
        visit: Seller,
        _: HashesPassword,
        action: Action,
        choice: Chosen,
        back: Back = "/listings",
        password: Annotated[str, Form(max_length=4 * LONGEST_PASSWORD)] = "",
    ) -> Response:
        """Take the password, and preview the action again with the same choice."""
        assert visit.session is not None
        try:
            entered = door.confirm(visit.session, password, visit.caller)
        except (Wrong, TooMany) as error:
            status, problem = refusal(error)
            return page(visit, action, choice, back, status, **problem)
        fresh = replace(visit, session=replace(visit.session, confirmed_at=visit.now))
        answer = page(fresh, action, choice, back)
        return let_in(request, answer, entered) if entered is not None else answer

    @routes.post("/apply")
    def apply(
        visit: Seller,
        action: Action,
        choice: Chosen,
        back: Back = "/listings",
        previewed: Annotated[int | None, Form(ge=0, le=MOST)] = None,
    ) -> Response:
        """Apply an action. Where listings have changed since the preview, which had said `previewed`, that is told."""
        if asks_first(visit, action):
            return page(visit, action, choice, back, 401)
        applied = change.apply(visit.account, action, choice, visit.actor)
        otherwise = previewed is not None and previewed != applied.changed + applied.refused
        told = f"{previewed:,}" if otherwise else ""
        undo = applied.at.isoformat() if applied.changed and ACTIONS[action].undo else ""
        if action in ABOUT_AMAZON:  # what comes of it is shown there, and why some cannot be created
            return site.to("/creations", f"bulk_{action}", f"{applied.changed:,}", previewed=told)
        many = applied.changed >= MANY and ACTIONS[action].make is not None
        return site.to(
            following(applied.at, back) if many else back, f"bulk_{action}", f"{applied.changed:,}", undo, told
        )

    @routes.post("/undo")
    def undo(visit: Seller, at: Annotated[ActionTime, Form()], back: Back = "/listings") -> Response:
        undone = change.undo(visit.account, at, visit.actor)
        to = following(undone.at, back) if undone.changed >= MANY else back
        return site.to(to, "bulk_undone", f"{undone.changed:,}")

    return routes
