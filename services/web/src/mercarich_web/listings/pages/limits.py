"""A listing's own limit of the profit: set, ended, or agreed to for a paused offer."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from mercarich_web.api.ids import Id
from mercarich_web.listings.limits import MOST_JPY, LimitLoss
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Seller

Amount = Annotated[int, Form(ge=-MOST_JPY, le=MOST_JPY)]


def routes(site: Site, limit: LimitLoss) -> APIRouter:
    routes = APIRouter(prefix="/listings")

    @routes.post("/{listing_id}/limit")
    def set_limit(
        visit: Seller, listing_id: Id, least_profit_jpy: Amount, put_up: Annotated[bool, Form()] = False
    ) -> Response:
        sku = limit(visit.account, listing_id, least_profit_jpy, visit.actor, put_up=put_up)
        return site.to(f"/listings/{listing_id}", "limit_agreed" if put_up else "limit_set", sku)

    @routes.post("/{listing_id}/limit/end")
    def end_limit(visit: Seller, listing_id: Id) -> Response:
        sku = limit(visit.account, listing_id, None, visit.actor, put_up=False)
        return site.to(f"/listings/{listing_id}", "limit_ended", sku)

    return routes
