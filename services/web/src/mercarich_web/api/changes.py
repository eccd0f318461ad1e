"""What a program changes: listings, one or many, and the seller's word on replacements."""

from fastapi import APIRouter, Depends

from mercarich_contracts.audit import Actor
from mercarich_web.api import shapes
from mercarich_web.api.callers import caller
from mercarich_web.api.ids import Id
from mercarich_web.domain.actions import ACTIONS, BulkAction
from mercarich_web.domain.bulk import Choice
from mercarich_web.domain.keys import Scope
from mercarich_web.domain.people import Account
from mercarich_web.domain.refusals import NotFound
from mercarich_web.use_cases.bulk import ChangeMany
from mercarich_web.use_cases.keys import Keys
from mercarich_web.use_cases.replacements import ReplacementDesk


def routes(keys: Keys, change: ChangeMany, replacements: ReplacementDesk) -> APIRouter:
    routes = APIRouter()
    routes.include_router(_listings(keys, change))
    routes.include_router(_replacements(keys, replacements))
    return routes


def _listings(keys: Keys, change: ChangeMany) -> APIRouter:
    routes = APIRouter(prefix="/listings", tags=["listings"])
    writer = Depends(caller(keys, Scope.LISTINGS_WRITE))

    def apply(account: Account, action: BulkAction, ids: list[int]) -> shapes.Changed:
        choice = Choice(ids=tuple(ids))
        chosen = change.preview(account, action, choice).chosen
        if chosen == 0:
            raise NotFound("none of these listings is yours")
        by = Actor(f"{account.username} (API)", account.user_id)
        applied = change.apply(account, action, choice, by)
        undo = applied.at if applied.changed and ACTIONS[action].undo else None
        return shapes.Changed(chosen=chosen, changed=applied.changed, undo=undo)

    @routes.post("/undo", summary="Take an action back that can be, of what nobody has changed since")
    def undo(wish: shapes.UndoWish, account: Account = writer) -> shapes.Undone:
        by = Actor(f"{account.username} (API)", account.user_id)
        return shapes.Undone(changed=change.undo(account, wish.undo, by))

    @routes.post("/actions", summary="Do one of the actions to those of these listings that it fits")
    def many(wish: shapes.ActionWish, account: Account = writer) -> shapes.Changed:
        return apply(account, wish.action, wish.listings)

    @routes.post("/{listing_id}/{action}", summary="The same with one listing")
    def one(listing_id: Id, action: BulkAction, account: Account = writer) -> shapes.Changed:
        return apply(account, action, [listing_id])

    return routes


def _replacements(keys: Keys, desk: ReplacementDesk) -> APIRouter:
    routes = APIRouter(prefix="/replacements", tags=["replacements"])
    reader = Depends(caller(keys, Scope.LISTINGS_READ))
    writer = Depends(caller(keys, Scope.LISTINGS_WRITE))

    @routes.get("", summary="Replacements that wait for your word, the first twenty")
    def waiting(account: Account = reader) -> shapes.Proposals:
        return shapes.Proposals(replacements=[shapes.proposal(one) for one in desk.waiting(account)])

    @routes.post("/{listing_id}/approve", summary="Take it; it goes up after one more look", status_code=204)
    def approve(listing_id: Id, meant: shapes.Meant, account: Account = writer) -> None:
        desk.approve(account, listing_id, meant.shown)

    @routes.post("/{listing_id}/refuse", summary="Never this one for this listing", status_code=204)
    def refuse(listing_id: Id, meant: shapes.Meant, account: Account = writer) -> None:
        desk.refuse(account, listing_id, meant.shown)

    return routes
