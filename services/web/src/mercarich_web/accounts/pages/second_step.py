"""The pages of the second step of signing in: setting it up, and asking for its code."""

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request, Response
from markupsafe import Markup

from mercarich_web.identity.second_step import SecondStep
from mercarich_web.identity.sign_in import Door, TooMany, Wrong
from mercarich_web.site.addresses import Next, NextField, own_path
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshSigned, Visit, Visiting, let_in, refusal

Code = Annotated[str, Form(max_length=64)]


def routes(site: Site, door: Door, second_step: SecondStep) -> APIRouter:
    routes = APIRouter()
    routes.include_router(_entering(site, door, second_step))
    routes.include_router(_setting_up(site, second_step))
    return routes


def _entering(site: Site, door: Door, second_step: SecondStep) -> APIRouter:
    routes = APIRouter(prefix="/sign-in/code")

    @routes.get("")
    def form(request: Request, visit: Visiting, next: Next = "/") -> Response:
        if visit.session is not None:
            return site.to(next)
        if door.half(_token(request)) is None:
            return site.to("/sign-in")
        return site.page(visit, "accounts/code.html", next=own_path(next), problem=None)

    @routes.post("")
    def enter(request: Request, visit: Visiting, code: Code = "", to: NextField = "/") -> Response:
        half = door.half(_token(request))
        if half is None:
            return site.to("/sign-in")
        try:
            entered = second_step.enter(door, half, code, visit.caller)
        except (Wrong, TooMany) as error:
            status, told = refusal(error)
            return site.page(visit, "accounts/code.html", status, next=own_path(to), **told)
        return let_in(request, site.to(to), entered)

    return routes


def _setting_up(site: Site, second_step: SecondStep) -> APIRouter:
    routes = APIRouter(prefix="/account/second-step")

    def page(visit: Visit, status: int = 200, **told: object) -> Response:
        if visit.account.asks_for_code:
            return site.page(
                visit, "accounts/second_step.html", status, left=second_step.left(visit.account), codes=None
            )
        assert visit.session is not None
        enrolment = second_step.enrolment(visit.session)
        shown = {"enrolment": enrolment, "picture": _picture(enrolment.uri), "problem": None} | told
        return site.page(visit, "accounts/second_step_begin.html", status, **shown)

    @routes.get("")
    def form(visit: FreshSigned) -> Response:
        return page(visit)

    @routes.post("")
    def prove(visit: FreshSigned, code: Code = "") -> Response:
        assert visit.session is not None
        try:
            made = second_step.prove(visit.session, code, visit.caller)
        except (Wrong, TooMany) as error:
            status, told = refusal(error)
            return page(visit, 422 if status == 401 else status, **told)
        return site.page(visit, "accounts/second_step.html", left=len(made), codes=made)

    @routes.post("/recovery-codes")
    def renew(visit: FreshSigned) -> Response:
        if not visit.account.asks_for_code:
            return site.to("/account/second-step")
        assert visit.session is not None
        made = second_step.renew(visit.session, visit.caller)
        return site.page(visit, "accounts/second_step.html", left=len(made), codes=made)

    @routes.post("/end")
    def end(visit: FreshSigned) -> Response:
        assert visit.session is not None
        second_step.end(visit.session, visit.caller)
        return site.to("/account", "second_step_ended")

    return routes


def _picture(uri: str) -> Markup:
    """Black on white in any theme, because some cameras read nothing else."""
    code = segno.make(uri, error="m", micro=False)
    return Markup(code.svg_inline(border=3, light="#fff", svgclass="qr", lineclass=None, omitsize=True))


def _token(request: Request) -> str:
    return request.cookies.get(request.app.state.cookie, "")
