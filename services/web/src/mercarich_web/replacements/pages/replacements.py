"""The page of replacements that wait for the seller: approve, refuse, exclude the source seller."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response

from mercarich_web.api.ids import Id
from mercarich_web.replacements.sql.proposals import SqlProposals
from mercarich_web.site.addresses import LONGEST
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Seller

Back = Annotated[str, Query(max_length=LONGEST)]
Shown = Annotated[str | None, Form(max_length=LONGEST)]
"""The item that the page showed, by its marketplace and id: another may have been found since."""


def routes(site: Site, proposals: SqlProposals) -> APIRouter:
    routes = APIRouter(prefix="/replacements")

    @routes.get("")
    def waiting(visit: Seller) -> Response:
        return site.page(visit, "replacements/replacements.html", proposals=proposals.waiting(visit.account))

    @routes.post("/{listing_id}/approve")
    def approve(visit: Seller, listing_id: Id, item: Shown = None, back: Back = "/replacements") -> Response:
        return site.to(back, "replacement_approved", proposals.approve(visit.account, listing_id, item).sku)

    @routes.post("/{listing_id}/refuse")
    def refuse(visit: Seller, listing_id: Id, item: Shown = None, back: Back = "/replacements") -> Response:
        return site.to(back, "replacement_refused", proposals.refuse(visit.account, listing_id, item).sku)

    @routes.post("/{listing_id}/refuse-seller")
    def refuse_seller(visit: Seller, listing_id: Id, item: Shown = None, back: Back = "/replacements") -> Response:
        return site.to(back, "seller_refused", proposals.refuse_seller(visit.account, listing_id, item).sku)

    return routes
