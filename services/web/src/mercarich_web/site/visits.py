"""The visitor: the session of a request, and whom a route admits.

A route says by its parameter whom it serves: `visit: Visiting` anybody, `visit: Seller`, `visit: Operator`, `visit:
Signed` both, `visit: FreshOperator` an operator who confirmed the password recently. Each unsafe request of a signed-in
visitor must contain the session's form token.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from starlette.datastructures import Headers

from mercarich_contracts.audit import Actor
from mercarich_web.identity.devices import KNOWN_FOR
from mercarich_web.identity.people import Account, Role, Session
from mercarich_web.identity.sign_in import Caller, Door, LetIn, TooMany, Wrong
from mercarich_web.site.languages import chosen

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FIELD, HEADER = "form_token", "x-form-token"
LANGUAGE, THEME, NOTICE = "language", "theme", "notice"
"""Cookies without private data, in the browser by the name that `Site.cookie` gives them."""
BROWSER = "browser"
"""The cookie by which a browser that shows notices is known, by the name that `Site.cookie` gives it."""
DEVICE = "-device-"
"""Between the name of the session's cookie and a user's id: the cookie by which a browser is known to this user."""
_ID = re.compile(r"[0-9]{1,18}")


class SignInNeeded(Exception):
    """The visitor is not signed in."""


class ConfirmationNeeded(Exception):
    """The password was confirmed too long ago for this."""


class CodeNeeded(Exception):
    """This account needs a second step, and none is set up."""


class NotForYou(Exception):
    """The route is not for this visitor; the response is the same as if it did not exist."""


class Forged(Exception):
    """An unsafe request without the form token of its session."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, for templates."""

    path: str
    query: str
    now: datetime
    language: str
    theme: str
    """`light`, `dark`, or `auto` for the system's theme."""
    caller: Caller
    session: Session | None = None
    secret: str = ""
    notice: str = ""

    @property
    def account(self) -> Account:
        """The account of the signed-in visitor."""
        assert self.session is not None
        return self.session.account

    @property
    def actor(self) -> Actor:
        return self.caller.actor(self.account.username, self.account.user_id)

    @property
    def is_operator(self) -> bool:
        return self.session is not None and self.session.account.role is Role.OPERATOR

    @property
    def is_fresh(self) -> bool:
        """Actions that need a fresh login are allowed."""
        return self.session is not None and self.session.is_fresh(self.now)

    @property
    def form_token(self) -> str:
        """A form token that differs in each page, so that compressed pages do not reveal it letter by letter
        (BREACH)."""
        nonce = secrets.token_hex(8)
        return f"{nonce}.{_seal(self.secret, nonce)}"

    def sealed(self, token: str) -> bool:
        nonce, _, seal = token.partition(".")
        return hmac.compare_digest(_seal(self.secret, nonce).encode(), seal.encode())


def visit_of(request: Request, session: Session | None, secret: str, now: datetime) -> Visit:
    """Return the visit that a request describes. `secret`: of its form tokens."""
    cookies, headers = request.cookies, request.headers
    account = session.account if session is not None else None
    named: Callable[[str], str] = request.app.state.site.cookie
    theme = cookies.get(named(THEME), "auto")
    return Visit(
        path=request.url.path,
        query=request.url.query,
        now=now,
        language=chosen(
            cookies.get(named(LANGUAGE)),
            account.language if account else None,
            accepted=headers.get("accept-language", ""),
        ),
        theme=theme if theme in ("light", "dark") else "auto",
        caller=_caller(request),
        session=session,
        secret=secret,
        notice="" if _asks_for_a_part(headers) else cookies.get(named(NOTICE), ""),
    )


def _asks_for_a_part(headers: Headers) -> bool:
    """Return whether htmx asks for a part of a page. A part shows no message of a redirect, so it may not use one up:
    one that is asked for just then would take the message from the page that follows. Boosted links and forms get
    whole pages. Headers: https://htmx.org/reference/#request_headers"""
    return "hx-request" in headers and "hx-boosted" not in headers


ASKED_BY_PAGES = frozenset(
    {
        *("/jobs/{job_id}/progress", "/runs/heads", "/runs/{run_id}/progress"),
        *(
            "/markets/{name}/proxy",
            "/markets/{name}/state",
            "/overview/pushes",
            "/overview/day",
            "/pools/queues",
            "/running",
            "/troubles",
            "/fortnight",
            "/differences/asked",
        ),
        *("/amazon/offers/progress", "/creations/part", "/creations/{listing_id}/found", "/listings/changes/part"),
        "/listings/{listing_id}/source/part",
    }
)
"""Routes that an open page requests repeatedly without its user."""
BY_ITSELF = "x-by-itself"
"""The header of a page that an open page requests again without its user, for a table in it."""


def visiting(request: Request) -> Visit:
    """Return the visit, also of a visitor who is not signed in."""
    door: Door = request.app.state.door
    token = request.cookies.get(request.app.state.cookie, "")
    path = getattr(request.scope.get("route"), "path", "")
    by_itself = path in ASKED_BY_PAGES or BY_ITSELF in request.headers
    session = door.who(token, by_itself=by_itself) if token else None
    visit = visit_of(request, session, door.form_secret(session) if session is not None else "", door.now())
    request.state.visit = visit
    return visit


Visiting = Annotated[Visit, Depends(visiting)]


def sessionless(request: Request) -> Visit:
    """Return the visit without the session that the browser may have, which is not asked for and does not live on."""
    door: Door = request.app.state.door
    visit = replace(visit_of(request, None, "", door.now()), notice="")
    request.state.visit = visit
    return visit


Sessionless = Annotated[Visit, Depends(sessionless)]


async def signed(request: Request, visit: Visiting) -> Visit:
    if visit.session is None:
        raise SignInNeeded
    if request.method not in SAFE and not visit.sealed(await _brought(request)):
        raise Forged
    if request.method not in SAFE:
        request.app.state.changes(visit.account.user_id)
    if visit.account.role in request.app.state.codes_for and not _may_set_up(visit):
        raise CodeNeeded
    return visit


Signed = Annotated[Visit, Depends(signed)]


async def leaving(request: Request, visit: Visiting) -> Visit:
    """Whose session is over already means to leave, too: the browser is to show nothing of theirs any more."""
    return await signed(request, visit) if visit.session is not None else visit


Leaving = Annotated[Visit, Depends(leaving)]


async def seller(visit: Signed) -> Visit:
    if visit.account.role is not Role.SELLER:
        raise NotForYou
    return visit


async def operator(visit: Signed) -> Visit:
    if not visit.is_operator:
        raise NotForYou
    return visit


Seller = Annotated[Visit, Depends(seller)]
Operator = Annotated[Visit, Depends(operator)]


async def fresh_operator(visit: Operator) -> Visit:
    if visit.session is None or not visit.session.is_fresh(visit.now):
        raise ConfirmationNeeded
    return visit


FreshOperator = Annotated[Visit, Depends(fresh_operator)]


async def fresh_signed(visit: Signed) -> Visit:
    if visit.session is None or not visit.session.is_fresh(visit.now):
        raise ConfirmationNeeded
    return visit


FreshSigned = Annotated[Visit, Depends(fresh_signed)]


async def fresh_seller(visit: Seller) -> Visit:
    if visit.session is None or not visit.session.is_fresh(visit.now):
        raise ConfirmationNeeded
    return visit


FreshSeller = Annotated[Visit, Depends(fresh_seller)]


def refusal(error: Wrong | TooMany) -> tuple[int, dict[str, object]]:
    """Return the status, and the values for the page."""
    if isinstance(error, TooMany):
        return 429, {"problem": "too_many", "seconds": int(error.seconds) + 1}
    return 401, {"problem": "wrong"}


def let_in(request: Request, answer: Response, entered: LetIn) -> Response:
    """Add the session's cookie to the response, and the one by which the browser is known at the next sign-in."""
    secure, name = request.app.state.site.https, request.app.state.cookie
    answer.set_cookie(name, entered.token, httponly=True, samesite="lax", secure=secure)
    if entered.device is not None:
        age = int(KNOWN_FOR.total_seconds())
        name = f"{name}{DEVICE}{entered.account.user_id}"
        answer.set_cookie(name, entered.device, max_age=age, httponly=True, samesite="lax", secure=secure)
    return answer


def _caller(request: Request) -> Caller:
    begins = f"{request.app.state.cookie}{DEVICE}"
    devices = {
        int(name.removeprefix(begins)): value
        for name, value in request.cookies.items()
        if name.startswith(begins) and _ID.fullmatch(name.removeprefix(begins))
    }
    return Caller(
        request.client.host if request.client else "",
        request.headers.get("user-agent", ""),
        request.cookies.get(request.app.state.cookie, ""),
        devices,
        request.cookies.get(request.app.state.site.cookie(BROWSER), ""),
    )


async def _brought(request: Request) -> str:
    header = request.headers.get(HEADER)
    if header is not None:
        return header
    value: Any = (await request.form()).get(FIELD)
    return value if isinstance(value, str) else ""


def _may_set_up(visit: Visit) -> bool:
    return visit.account.asks_for_code or visit.path.startswith(("/account/second-step", "/confirm", "/sign-out"))


def _seal(secret: str, nonce: str) -> str:
    return hmac.new(secret.encode(), nonce.encode(), hashlib.sha256).hexdigest()[:32]
