"""Listings: pages of them, all that match as CSV, one with its story."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from mercarich_contracts.market import Marketplace
from mercarich_web.api import shapes
from mercarich_web.api.callers import caller
from mercarich_web.api.ids import Id
from mercarich_web.domain.keys import Scope
from mercarich_web.domain.listings import Order, View, Wish, packed, unpacked
from mercarich_web.domain.people import Account
from mercarich_web.use_cases.keys import Keys
from mercarich_web.use_cases.listings import BrowseListings, TellStory


def wished(
    view: View = View.ALL,
    q: Annotated[str, Query(max_length=100, description="in SKU or title, or a whole ASIN or source id")] = "",
    market: Marketplace | None = None,
    sort: Order = Order.NEWEST,
) -> Wish:
    return Wish(view, q.strip(), market.value if market is not None else None, sort)


Wished = Annotated[Wish, Depends(wished)]


def routes(keys: Keys, browse: BrowseListings, tell_story: TellStory) -> APIRouter:
    routes = APIRouter(prefix="/listings", tags=["listings"])
    reader = Depends(caller(keys, Scope.LISTINGS_READ))

    @routes.get("", summary="A page of listings; `next` leads to the following one")
    def page(
        wish: Wished, after: Annotated[str, Query(max_length=400)] = "", account: Account = reader
    ) -> shapes.Listings:
        found = browse.page(account.user_id, wish, unpacked(after, wish.order) if after else None)
        following = packed(found.next) if found.next is not None else None
        return shapes.Listings(listings=[shapes.listing(row) for row in found.rows], next=following)

    @routes.get(
        "/export.csv",
        summary="All that match, as an import takes them back",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )
    def export(wish: Wished, account: Account = reader) -> StreamingResponse:
        return StreamingResponse(browse.csv(account.user_id, wish), media_type="text/csv; charset=utf-8")

    @routes.get("/{listing_id}", summary="One listing, why it stands as it does, and all that happened to it")
    def one(listing_id: Id, account: Account = reader) -> shapes.Told:
        return shapes.told(tell_story(account.user_id, listing_id))

    return routes
