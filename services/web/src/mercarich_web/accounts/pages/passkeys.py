"""The pages of passkeys: made, used after the password, and removed.

A script asks for the options of a ceremony, and the browser's response comes with a form.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse

from mercarich_reasons.accounts import PasskeyUnproven
from mercarich_web.accounts.pages.second_step import PAGE, Shown, half_of
from mercarich_web.api.ids import Id
from mercarich_web.identity.sign_in import Door, TooMany, Wrong
from mercarich_web.refusals import Refused
from mercarich_web.site.addresses import NextField, own_path
from mercarich_web.site.unsent import Packed, led_on, unpacked
from mercarich_web.site.visits import FreshSigned, SignInNeeded, Visiting, let_in, refusal

Credential = Annotated[str, Form(max_length=16_384)]
"""JSON of a browser; a certificate of the authenticator's maker may be in it."""
Name = Annotated[str, Form(max_length=64)]


def routes(shown: Shown, door: Door) -> APIRouter:
    routes = APIRouter()
    routes.include_router(_entering(shown, door))
    routes.include_router(_keeping(shown))
    return routes


def _entering(shown: Shown, door: Door) -> APIRouter:
    routes, site = APIRouter(prefix="/sign-in/code/passkey"), shown.site

    @routes.get("")
    def back() -> Response:
        """A page that came by POST is asked for again, as after a change of its language."""
        return site.to("/sign-in/code")

    @routes.post("/options")
    def options(request: Request, _: Visiting) -> Response:
        half = half_of(request, door)
        if half is None:
            raise SignInNeeded
        return JSONResponse(shown.passkeys.to_use(half, shown.party(request)))

    @routes.post("")
    def enter(
        request: Request, visit: Visiting, credential: Credential = "", to: NextField = "/", packed: Packed = ""
    ) -> Response:
        half = half_of(request, door)
        if half is None:
            return site.to("/sign-in")
        try:
            entered = shown.passkeys.enter(door, half, shown.party(request), credential, visit.caller)
        except (Wrong, TooMany) as error:
            status, told = refusal(error)
            told = told if isinstance(error, TooMany) else {"problem": "passkey"}
            return shown.asking(request, visit, half, status, next=own_path(to), unsent=unpacked(packed), **told)
        return led_on(request, entered, unpacked(packed), to)

    return routes


def _keeping(shown: Shown) -> APIRouter:
    routes, site, passkeys = APIRouter(prefix=f"{PAGE}/passkeys"), shown.site, shown.passkeys

    @routes.get("")
    def again(request: Request, visit: FreshSigned) -> Response:
        return shown.state(request, visit)

    @routes.post("/options")
    def options(request: Request, visit: FreshSigned) -> Response:
        assert visit.session is not None
        return JSONResponse(passkeys.to_make(visit.session, shown.party(request)))

    @routes.post("")
    def add(request: Request, visit: FreshSigned, name: Name = "", credential: Credential = "") -> Response:
        assert visit.session is not None
        name = name.strip()
        try:
            codes, entered = passkeys.add(visit.session, shown.party(request), name, credential, visit.caller)
        except Wrong:
            return shown.state(request, visit, 422, unproven=PasskeyUnproven(), name=name)
        except Refused as error:
            return shown.state(request, visit, 422, unproven=error.reason, name=name)
        if not codes:
            return let_in(request, site.to(PAGE, "passkey_added", name), entered)
        return let_in(request, shown.state(request, visit, codes=codes), entered)

    @routes.post("/{passkey_id}/end")
    def remove(request: Request, visit: FreshSigned, passkey_id: Id) -> Response:
        assert visit.session is not None
        name, left, entered = passkeys.remove(visit.session, passkey_id, visit.caller)
        told = site.to(PAGE, "passkey_removed", name) if left else site.to("/account", "second_step_ended")
        return let_in(request, told, entered)

    return routes
