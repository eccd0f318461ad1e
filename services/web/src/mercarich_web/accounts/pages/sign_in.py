"""The pages of signing in and out, and confirming the password."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response

from mercarich_web.accounts.pages.second_step import Shown
from mercarich_web.identity.people import LONGEST
from mercarich_web.identity.sign_in import Door, TooMany, Wrong
from mercarich_web.site.addresses import Next, NextField, own_path
from mercarich_web.site.languages import LANGUAGES
from mercarich_web.site.rendering import Site
from mercarich_web.site.shares import HashesPassword
from mercarich_web.site.unsent import Packed, led_on, unpacked
from mercarich_web.site.visits import BROWSER, LANGUAGE, THEME, Leaving, Signed, Visiting, let_in, refusal

Text = Annotated[str, Form(max_length=200)]
Secret = Annotated[str, Form(max_length=4 * LONGEST)]
A_YEAR = 31_536_000
"""Seconds."""


def routes(site: Site, door: Door, shown: Shown) -> APIRouter:
    routes = APIRouter()
    routes.include_router(_in_and_out(site, door, shown))
    routes.include_router(_again(site, door))
    routes.include_router(_looks(site))
    return routes


def _in_and_out(site: Site, door: Door, shown: Shown) -> APIRouter:
    routes = APIRouter()

    @routes.get("/sign-in")
    def form(visit: Visiting, next: Next = "/") -> Response:
        if visit.session is not None:
            return site.to(next)
        return site.page(visit, "accounts/sign_in.html", next=own_path(next), username="", problem=None, unsent=None)

    @routes.post("/sign-in")
    def sign_in(
        request: Request,
        visit: Visiting,
        _: HashesPassword,
        username: Text = "",
        password: Secret = "",
        to: NextField = "/",
        packed: Packed = "",
    ) -> Response:
        unsent, back = unpacked(packed), own_path(to)
        try:
            entered = door.sign_in(username.strip(), password, visit.caller)
        except (Wrong, TooMany) as error:
            status, told = refusal(error)
            told |= {"next": back, "username": username, "unsent": unsent}
            return site.page(visit, "accounts/sign_in.html", status, **told)
        if entered.device is not None:
            return led_on(request, entered, unsent, to)
        half = door.half(entered.token)
        if unsent is None or half is None:
            return let_in(request, site.to(f"/sign-in/code?{urlencode({'next': back})}"), entered)
        return let_in(request, shown.asking(request, visit, half, next=back, unsent=unsent), entered)

    @routes.post("/sign-out")
    def sign_out(request: Request, visit: Leaving) -> Response:
        door.sign_out(visit.session, visit.caller)
        answer = site.to("/sign-in", "signed_out")
        site.forget(answer, BROWSER)
        answer.delete_cookie(request.app.state.cookie, secure=site.https, httponly=True, samesite="lax")
        # Nothing of the session may be left behind the browser's back button.
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    return routes


def _again(site: Site, door: Door) -> APIRouter:
    routes = APIRouter(prefix="/confirm")

    @routes.get("")
    def form(visit: Signed, next: Next = "/") -> Response:
        return site.page(visit, "accounts/confirm.html", next=own_path(next), problem=None, unsent=None)

    @routes.post("")
    def confirm(
        request: Request,
        visit: Signed,
        _: HashesPassword,
        password: Secret = "",
        to: NextField = "/",
        packed: Packed = "",
    ) -> Response:
        """Lead to the page, or show what was entered there and not sent."""
        assert visit.session is not None
        unsent = unpacked(packed)
        try:
            entered = door.confirm(visit.session, password, visit.caller)
        except (Wrong, TooMany) as error:
            status, told = refusal(error)
            return site.page(visit, "accounts/confirm.html", status, next=own_path(to), unsent=unsent, **told)
        return site.to(to) if entered is None else led_on(request, entered, unsent, to)

    return routes


def _looks(site: Site) -> APIRouter:
    routes = APIRouter()

    @routes.post("/look")
    def look(visit: Visiting, language: Text = "", theme: Text = "", to: NextField = "/") -> Response:
        """Set the language or the theme in this browser's cookies; nothing is stored on the server."""
        answer = site.to(to)
        if language in LANGUAGES:
            site.keep(answer, LANGUAGE, language, seconds=A_YEAR)
        if theme in ("light", "dark", "auto"):
            site.keep(answer, THEME, theme, seconds=A_YEAR)
        return answer

    return routes
