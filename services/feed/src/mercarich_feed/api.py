"""Where Amazon sends a seller's browser after the consent page: one address, which leads on to the pages."""

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
"""Of what the address brings; longer is none of Amazon's."""
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def callback_app(link: LinkAccount, pages_url: str) -> FastAPI:
    """The address brings a code: no log tells it, and the answer leads away from it at once."""
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

    app = FastAPI(title="mercarich-feed", openapi_url=None)
    app.include_router(routes)
    return app


def _callback(request: Request, cookie: str) -> Callback | None:
    query = request.query_params
    names = ("state", "spapi_oauth_code", "selling_partner_id")
    state, code, seller_id = (query.get(name, "") for name in names)
    if not state or max(len(state), len(code), len(seller_id)) > LONGEST:
        return None
    return Callback(state, request.cookies.get(cookie, ""), code, seller_id, denied="error" in query)
