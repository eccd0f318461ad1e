"""A seller's page about Amazon: the account and its token, what waits to go there, what it refused."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from mercarich_contracts.linking import OUTCOME, PAGE_PATH
from mercarich_web.site.protection import policy
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshSeller, Seller
from mercarich_web.use_cases.amazon import LinkAmazon, ShowAmazon


def routes(site: Site, show: ShowAmazon, link: LinkAmazon) -> APIRouter:
    routes = APIRouter(prefix=PAGE_PATH)
    consent = urlsplit(link.page.url)
    # a browser asks whether the form may lead there, too
    may_lead = {"Content-Security-Policy": policy(forms_to=f"{consent.scheme}://{consent.netloc}")}

    @routes.get("")
    def page(visit: Seller, outcome: Annotated[str, Query(alias=OUTCOME, max_length=32)] = "") -> Response:
        at_amazon = show(visit.account.user_id)
        answer = site.page(visit, "amazon.html", amazon=at_amazon, outcome=outcome, may_link=link.page.is_known)
        if link.page.is_known:
            answer.headers.update(may_lead)
        return answer

    @routes.post("/link")
    def begin(visit: FreshSeller) -> Response:
        assert visit.session is not None
        return RedirectResponse(link.begin(visit.session, visit.actor), 303)

    return routes
