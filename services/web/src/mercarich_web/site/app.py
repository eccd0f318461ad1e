"""The application: its routers, the protection around them, and the error pages."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import anyio.to_thread
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mercarich_contracts.linking import session_cookie
from mercarich_platform.outages import BrokerAway, DatabaseAway
from mercarich_reasons.reason import Reason
from mercarich_web.api import problems
from mercarich_web.identity.people import Superseded
from mercarich_web.identity.sign_in import Door
from mercarich_web.metrics import REQUEST_SECONDS
from mercarich_web.refusals import NotFound, Outdated, Refused
from mercarich_web.settings import PagesSettings
from mercarich_web.site import refused
from mercarich_web.site.addresses import LONGEST, own_path, pattern
from mercarich_web.site.languages import N_
from mercarich_web.site.protection import FairBodies, FairRequests, OwnOrigin, QuickBodies, SafeHeaders
from mercarich_web.site.rendering import Site
from mercarich_web.site.shares import Shares
from mercarich_web.site.unsent import NO_FORM, PLAINLY, has_files, next_of, offered, unsent_of
from mercarich_web.site.visits import (
    NOTICE,
    SAFE,
    CodeNeeded,
    ConfirmationNeeded,
    Forged,
    NotForYou,
    SignInNeeded,
    visit_of,
)

log = logging.getLogger(__name__)

MOST_BYTES = 1_048_576
"""Largest request body in bytes; a route for files has a limit of its own."""
THREADS = 20
"""Threads for routes that wait for the database, the same number as the engine has connections."""

REFUSALS = frozenset({401, 403, 404, 413, 422, 429})
"""Statuses that are logged as refusals: a user asks for something of another's, or tries something that is not
allowed."""

ERRORS = {
    400: (N_("This cannot be done"), N_("The request could not be understood.")),
    403: (N_("This form is too old"), N_("Open the page again, and send the form again.")),
    404: (N_("There is nothing here"), N_("The page does not exist, or it is not yours.")),
    405: (N_("This cannot be done"), N_("The address does not take this kind of request.")),
    409: (N_("This cannot be done"), N_("It was changed in the meantime.")),
    413: (N_("This is too large"), N_("The file or form is larger than this page takes.")),
    422: (N_("This cannot be done"), N_("A value in the address or the form cannot be used.")),
    429: (N_("Too many at once"), N_("Nothing is lost. Wait until one that you have begun has ended, and try again.")),
    500: (N_("Something went wrong here"), N_("The error was logged. Try again in a moment.")),
    503: (N_("The database is unavailable"), N_("Nothing is lost. Try again in a moment.")),
}


def create_app(
    site: Site, door: Door, routers: Sequence[APIRouter], *, own: PagesSettings, end: Callable[[], None]
) -> FastAPI:
    """`end` is called when the application ends."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield
        end()

    app = FastAPI(
        title="mercarich",
        openapi_url=None,
        lifespan=lifespan,
        max_body_size=MOST_BYTES,
        redirect_slashes=False,  # Starlette's redirect names the host that the request names, and http.
        middleware=[
            Middleware(Timed),
            Middleware(SafeHeaders, https=site.https),
            # Starlette's own error middleware would be outside of all of these, and its responses would lack the
            # headers.
            Middleware(ServerErrorMiddleware, handler=_crash),
            Middleware(FairRequests),
            Middleware(OwnOrigin, public_url=own.public_url),
            Middleware(QuickBodies),
            Middleware(FairBodies),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5),
        ],
    )
    app.state.door, app.state.site, app.state.codes_for = door, site, own.codes_for
    app.state.shares = Shares()
    app.state.changes = lambda user_id: None  # Called with the id of each user who changes something.
    app.state.cookie = session_cookie(https=site.https)
    for error, handler in _HANDLERS.items():
        app.add_exception_handler(error, handler)
    app.include_router(_operations())
    app.include_router(site.assets.routes())
    for router in routers:
        app.include_router(router)
    return app


class Timed:
    """Measure the duration of responses, by the route's pattern."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            REQUEST_SECONDS.labels(pattern(scope) or "none", str(status)).observe(time.perf_counter() - started)


def _operations() -> APIRouter:
    routes = APIRouter()

    @routes.get("/healthz")
    @routes.get("/readyz")
    async def alive() -> Response:
        """Ready also while the database is unavailable: the pages then say so."""
        return PlainTextResponse("ok")

    return routes


async def _sign_in(request: Request, _: Exception) -> Response:
    if _is_scripts(request):
        return _plainly(401)
    unsent = await unsent_of(request)
    if unsent is None:
        return _not_kept(request, _elsewhere(request, "/sign-in"))
    site: Site = request.app.state.site
    to = await next_of(request, _page_of(request))
    page = {"next": to, "username": "", "problem": None, "unsent": unsent}
    return site.page(request.state.visit, "accounts/sign_in.html", 401, **page)


async def _forged(request: Request, error: Exception) -> Response:
    """Offer the form once more where this browser has begun another session since. No other site's page comes so far:
    `protection.OwnOrigin` refuses its requests."""
    unsent, session = await unsent_of(request), request.state.visit.session
    if unsent is None or session is None or session.account.user_id != unsent.of:
        return await _page(403)(request, error)
    refused.note(request, 403, type(error).__name__)
    if _is_scripts(request):
        return _plainly(403)
    return offered(request, request.state.visit, unsent, _page_of(request), 403)


async def _confirm(request: Request, _: Exception) -> Response:
    if _is_scripts(request):
        return _plainly(403)
    unsent = await unsent_of(request)
    if unsent is None:
        return _not_kept(request, _elsewhere(request, "/confirm"))
    site: Site = request.app.state.site
    page = {"next": _page_of(request), "problem": None, "unsent": unsent}
    return site.page(request.state.visit, "accounts/confirm.html", 403, **page)


def _is_scripts(request: Request) -> bool:
    """Return whether the script has sent a form, whose response becomes a part of its page."""
    return request.method not in SAFE and request.headers.get("hx-request") is not None


def _plainly(status: int) -> Response:
    """Let the script send the form again as a browser does: the page that asks who it is comes whole."""
    return Response(status_code=status, headers={PLAINLY: "true"})


async def _set_up(_: Request, __: Exception) -> Response:
    return RedirectResponse("/account/second-step", 303)


def _elsewhere(request: Request, page: str) -> Response:
    """Redirect to a page that leads back afterwards. A form is not sent again."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    from_page = _page_of(request)
    searched = request.method in SAFE and urlsplit(from_page).path == request.url.path  # its query is what was typed
    if request.method not in SAFE or (request.headers.get("hx-request") and not searched):
        back = from_page
    back = back if len(back) <= LONGEST else back.partition("?")[0][:LONGEST]
    to = page if back == "/" else f"{page}?next={quote(back)}"
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": to})
    return RedirectResponse(to, 303)


def _not_kept(request: Request, answer: Response) -> Response:
    """Let the next page tell that a form is lost; a page that was only asked for is not."""
    site: Site = request.app.state.site
    if request.method not in SAFE and request.url.path not in NO_FORM:
        notice = "file_not_kept" if has_files(request) else "form_not_kept"
        site.keep(answer, NOTICE, notice, seconds=60)
    return answer


def _without_slash(request: Request) -> str | None:
    """Return the page's address when only the slash at the end of the path was too much."""
    path = request.url.path.rstrip("/")
    if request.method not in SAFE or request.scope.get("route") is not None or path in ("", request.url.path):
        return None
    scope = {**request.scope, "path": path}
    if all(route.matches(scope)[0] is not Match.FULL for route in request.app.router.routes):
        return None
    return own_path(path) + (f"?{request.url.query}" if request.url.query else "")


def _page_of(request: Request) -> str:
    """Return the page whose form was sent, else the home page."""
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc != request.url.netloc or not came_from.path:
        return "/"
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


def _page(status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        if (without_slash := _without_slash(request)) is not None:
            return RedirectResponse(without_slash, 307)
        code = error.status_code if isinstance(error, HTTPException) else status
        headers = dict(getattr(error, "headers", None) or {})
        if code in REFUSALS and request.scope.get("route") is not None:
            refused.note(request, code, type(error).__name__)
        why = error.reason if isinstance(error, Refused) else None
        if request.url.path.startswith(problems.PLACE):
            return problems.problem(code, problems.detail(error), headers, why)
        return _error(request, code, why, headers)

    return answer


async def _crash(request: Request, error: Exception) -> Response:
    log.error("a page failed", exc_info=error, extra={"path": request.url.path, "method": request.method})
    return _error(request, 500, None, {})


async def _away(request: Request, error: Exception) -> Response:
    log.warning("a page needs a service that is unavailable", extra={"path": request.url.path, "problem": str(error)})
    return _error(request, 503, None, {"Retry-After": "5"})


def _error(request: Request, status: int, why: Reason | None, headers: dict[str, str]) -> Response:
    if request.url.path.startswith(problems.PLACE):
        return problems.problem(status, None, headers)
    site: Site = request.app.state.site
    visit = getattr(request.state, "visit", None) or visit_of(request, None, "", request.app.state.door.now())
    title, text = ERRORS.get(status, ERRORS[400])
    back = _page_of(request) if status == 403 and request.method not in SAFE else "/"
    answer = site.page(visit, "error.html", status, title=title, text=text, why=why, code=status, back=back)
    answer.headers.update(headers)
    return answer


_HANDLERS: dict[Any, Any] = {
    SignInNeeded: _sign_in,
    Superseded: _sign_in,
    ConfirmationNeeded: _confirm,
    CodeNeeded: _set_up,
    NotForYou: _page(404),
    NotFound: _page(404),
    Forged: _forged,
    Outdated: _page(412),
    Refused: _page(409),
    RequestValidationError: _page(422),
    HTTPException: _page(400),
    DatabaseAway: _away,
    BrokerAway: _away,
}
