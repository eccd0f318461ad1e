"""A listing's price: its bounds, and whether it follows its source."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from mercarich_web.api.ids import Id
from mercarich_web.listings.csv_rows import MOST_YEN
from mercarich_web.listings.prices import MOST_REVISION, PriceAction, SetPrices
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Seller

Amount = Annotated[int, Form(ge=1, le=MOST_YEN)]
Revision = Annotated[int | None, Form(ge=0, le=MOST_REVISION)]


def routes(site: Site, prices: SetPrices) -> APIRouter:
    routes = APIRouter(prefix="/listings")

    @routes.post("/{listing_id}/prices")
    def set_bounds(visit: Seller, listing_id: Id, least_price_jpy: Amount, most_price_jpy: Amount) -> Response:
        sku = prices.bound(visit.account, listing_id, least_price_jpy, most_price_jpy, visit.actor)
        return site.to(f"/listings/{listing_id}", "price_bounds_set", sku)

    @routes.post("/{listing_id}/prices/end")
    def end_bounds(visit: Seller, listing_id: Id) -> Response:
        sku = prices.bound(visit.account, listing_id, None, None, visit.actor)
        return site.to(f"/listings/{listing_id}", "price_bounds_ended", sku)

    @routes.post("/{listing_id}/prices/{action}")
    def act(visit: Seller, listing_id: Id, action: PriceAction, revision: Revision = None) -> Response:
        sku = prices.act(visit.account, listing_id, action, visit.actor, revision)
        return site.to(f"/listings/{listing_id}", f"price_{action}", sku)

    return routes
