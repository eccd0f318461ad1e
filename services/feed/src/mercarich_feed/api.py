"""The OAuth callback: Amazon's consent page redirects the seller's browser here, and this to the pages."""

import logging

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from mercarich_contracts.linking import CALLBACK_PATH, OUTCOME, PAGE_PATH, Outcome, session_cookie
from mercarich_feed.domain.linking import Callback
from mercarich_feed.metrics import LINKS
from mercarich_feed.use_cases.linking import LinkAccount
from mercarich_platform.outages import DatabaseAway

log = logging.getLogger(__name__)

LONGEST = 2_000
"""Characters of a parameter; Amazon sends none that is longer."""
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def callback_app(link: LinkAccount, pages_url: str) -> FastAPI:
    """Build the app. Its URL carries a code: no log contains it, and the response redirects to an address without."""
    routes = APIRouter()
    cookie = session_cookie(https=pages_url.startswith("https://"))

    @routes.get("/healthz")
    @routes.get("/readyz")
    async def alive() -> Response:
        return PlainTextResponse("ok")

    @routes.get(CALLBACK_PATH)
    def linked(request: Request) -> Response:
        came = _callback(request, cookie)
        try:
            outcome = link(came) if came is not None else Outcome.STRANGE
        except DatabaseAway as error:
            log.warning("the database is away", extra={"problem": str(error)})
            outcome = Outcome.AWAY
        LINKS.labels(outcome).inc()
        return RedirectResponse(f"{pages_url}{PAGE_PATH}?{OUTCOME}={outcome}", 303, headers=HEADERS)

    app = FastAPI(title="mercarich-feed", openapi_url=None, redirect_slashes=False)
    app.include_router(routes)
    return app


def _callback(request: Request, cookie: str) -> Callback | None:
    query = request.query_params
    names = ("state", "spapi_oauth_code", "selling_partner_id")
    state, code, seller_id = (query.get(name, "") for name in names)
    if not state or max(len(state), len(code), len(seller_id)) > LONGEST:
        return None
    address = request.client.host if request.client else ""
    agent = request.headers.get("user-agent", "")
    return Callback(state, request.cookies.get(cookie, ""), code, seller_id, address, agent, denied="error" in query)
