"""The page on which an operator reads why the listing of a seller is as it is. It changes nothing."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from mercarich_web.api.ids import Id
from mercarich_web.listings.browsing import FindListing, TellStory
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Operator

LONGEST_SKU = 64


def routes(site: Site, tell_story: TellStory, find: FindListing) -> APIRouter:
    routes = APIRouter(prefix="/sellers/{user_id}/listings")

    @routes.get("")
    def by_sku(visit: Operator, user_id: Id, sku: Annotated[str, Query(max_length=LONGEST_SKU)] = "") -> Response:
        return site.to(f"/sellers/{user_id}/listings/{find(user_id, sku.strip())}")

    @routes.get("/{listing_id}")
    def one(visit: Operator, user_id: Id, listing_id: Id) -> Response:
        story = tell_story(user_id, listing_id).without_orders()
        return site.page(visit, "listings/of_seller.html", story=story, seller_id=user_id)

    return routes
