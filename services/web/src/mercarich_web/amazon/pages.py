"""A seller's page about Amazon: the account and its token, the changes still to be sent, the changes that Amazon
refused."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from mercarich_contracts.linking import OUTCOME, PAGE_PATH
from mercarich_web.amazon.linking import LinkAmazon, ShowAmazon
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshSeller, Seller


def routes(site: Site, show: ShowAmazon, link: LinkAmazon) -> APIRouter:
    routes = APIRouter(prefix=PAGE_PATH)

    @routes.get("")
    def page(visit: Seller, outcome: Annotated[str, Query(alias=OUTCOME, max_length=32)] = "") -> Response:
        at_amazon = show(visit.account.user_id)
        return site.page(visit, "amazon/amazon.html", amazon=at_amazon, outcome=outcome, may_link=link.page.is_known)

    @routes.post("/link")
    def begin(visit: FreshSeller) -> Response:
        assert visit.session is not None
        address = link.begin(visit.session, visit.actor)
        answer = site.page(visit, "amazon/to_amazon.html", address=address)
        answer.headers["Refresh"] = f"0; url={address}"
        return answer

    return routes
