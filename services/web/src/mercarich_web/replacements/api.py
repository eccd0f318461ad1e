"""A seller's decisions on replacements in the API."""

from fastapi import APIRouter, Depends

from mercarich_web.api.callers import caller
from mercarich_web.api.ids import Id
from mercarich_web.identity.api_keys import Keys
from mercarich_web.identity.keys import Scope
from mercarich_web.identity.people import Account
from mercarich_web.replacements import shapes
from mercarich_web.replacements.sql.proposals import SqlProposals


def decisions(keys: Keys, proposals: SqlProposals) -> APIRouter:
    routes = APIRouter(prefix="/replacements", tags=["replacements"])
    reader = Depends(caller(keys, Scope.LISTINGS_READ))
    writer = Depends(caller(keys, Scope.LISTINGS_WRITE))

    @routes.get("", summary="Replacements that wait for your word, the first twenty")
    def waiting(account: Account = reader) -> shapes.Proposals:
        return shapes.Proposals(replacements=[shapes.proposal(one) for one in proposals.waiting(account)])

    @routes.post("/{listing_id}/approve", summary="Take it; it goes up after one more look", status_code=204)
    def approve(listing_id: Id, meant: shapes.Meant, account: Account = writer) -> None:
        proposals.approve(account, listing_id, meant.shown)

    @routes.post("/{listing_id}/refuse", summary="Never this one for this listing", status_code=204)
    def refuse(listing_id: Id, meant: shapes.Meant, account: Account = writer) -> None:
        proposals.refuse(account, listing_id, meant.shown)

    return routes
