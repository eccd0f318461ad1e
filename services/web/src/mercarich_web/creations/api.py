"""New offers at Amazon, in the API."""

from fastapi import APIRouter, Depends

from mercarich_contracts.audit import Actor
from mercarich_web.api.callers import caller
from mercarich_web.api.ids import Id
from mercarich_web.creations import shapes
from mercarich_web.creations.sql import SqlCreations
from mercarich_web.creations.wishes import given, is_jan
from mercarich_web.identity.api_keys import Keys
from mercarich_web.identity.keys import Scope
from mercarich_web.identity.people import Account
from mercarich_web.refusals import Refused


def routes(keys: Keys, creations: SqlCreations) -> APIRouter:
    routes = APIRouter(prefix="/creations", tags=["creations"])
    reader = Depends(caller(keys, Scope.LISTINGS_READ))
    writer = Depends(caller(keys, Scope.LISTINGS_WRITE))

    @routes.get("", summary="How far new offers have come, and why some were not created")
    def page(account: Account = reader) -> shapes.Creations:
        return shapes.creations(creations.progress(account.user_id))

    @routes.post("", summary="Create the offer of a draft at Amazon", status_code=204)
    def create(wish: shapes.CreationWish, account: Account = writer) -> None:
        by = Actor(f"{account.username} (API)", account.user_id)
        chosen = given(**wish.model_dump(exclude={"listing"}))
        refused = creations.create(account.user_id, wish.listing, chosen, by)
        if refused is not None:
            raise Refused(refused)

    @routes.post("/catalogue", summary="Search Amazon's catalogue by JAN, ASIN or words", status_code=202)
    def ask(wish: shapes.CatalogueWish, account: Account = writer) -> shapes.CatalogueSearch:
        typed = wish.query.strip()
        asked = creations.ask(account.user_id, typed, is_code=is_jan(typed))
        return shapes.search(creations.search(account.user_id, asked))

    @routes.get("/catalogue/{search_id}", summary="What the search found")
    def found(search_id: Id, account: Account = reader) -> shapes.CatalogueSearch:
        return shapes.search(creations.search(account.user_id, search_id))

    return routes
