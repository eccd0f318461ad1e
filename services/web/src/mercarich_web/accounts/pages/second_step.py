"""The pages of the second step of signing in: setting it up, and asking for a code. Passkeys: `passkeys`."""

from dataclasses import dataclass
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request, Response
from markupsafe import Markup

from mercarich_reasons.accounts import NoPasskeysHere
from mercarich_web.identity.ceremonies import RelyingParty, relying_party
from mercarich_web.identity.passkeys import Passkeys
from mercarich_web.identity.people import Session
from mercarich_web.identity.second_step import SecondStep
from mercarich_web.identity.sign_in import Door, TooMany, Wrong
from mercarich_web.refusals import Refused
from mercarich_web.site.addresses import Next, NextField, own_path
from mercarich_web.site.rendering import Site
from mercarich_web.site.unsent import Packed, led_on, unpacked
from mercarich_web.site.visits import FreshSigned, Visit, Visiting, let_in, refusal

Code = Annotated[str, Form(max_length=64)]
PAGE = "/account/second-step"


@dataclass(frozen=True, slots=True)
class Shown:
    """The pages with what they show."""

    site: Site
    second_step: SecondStep
    passkeys: Passkeys
    public_url: str

    def party(self, request: Request) -> RelyingParty:
        """Return the site of passkeys. Raises `Refused` where browsers allow none."""
        party = self._party(request)
        if party is None:
            raise Refused(NoPasskeysHere())
        return party

    def asking(self, request: Request, visit: Visit, half: Session, status: int = 200, **told: object) -> Response:
        """Return the page between the password and the second step."""
        account = half.account
        shown = {
            "passkeys": bool(self.passkeys.of(account)),
            "authenticator": self.second_step.has_authenticator(account),
            "possible": self._party(request) is not None,
            "problem": None,
            "unsent": None,
        }
        return self.site.page(visit, "accounts/code.html", status, **(shown | told))

    def state(self, request: Request, visit: Visit, status: int = 200, **told: object) -> Response:
        """Return the page of a second step that is on, or the one where it is set up."""
        account = visit.account
        if not account.asks_for_code and not told.get("codes"):
            return self.beginning(request, visit, status, **told)
        shown = {
            "left": self.second_step.left(account),
            "codes": None,
            "keys": self.passkeys.of(account),
            "authenticator": self.second_step.has_authenticator(account),
            "needed": account.role in self.second_step.needed_by,
            "possible": self._party(request) is not None,
            "unproven": None,
            "name": "",
        }
        return self.site.page(visit, "accounts/second_step.html", status, **(shown | told))

    def beginning(self, request: Request, visit: Visit, status: int = 200, **told: object) -> Response:
        """Return the page where an authenticator is set up, and a passkey where it is the first second step."""
        assert visit.session is not None
        enrolment = self.second_step.enrolment(visit.session)
        shown = {
            "enrolment": enrolment,
            "picture": _picture(enrolment.uri),
            "authenticator": self.second_step.has_authenticator(visit.account),
            "possible": self._party(request) is not None,
            "problem": None,
            "unproven": None,
            "name": "",
        }
        return self.site.page(visit, "accounts/second_step_begin.html", status, **(shown | told))

    def _party(self, request: Request) -> RelyingParty | None:
        return relying_party(self.public_url, f"{request.url.scheme}://{request.url.netloc}")


def routes(shown: Shown, door: Door) -> APIRouter:
    routes = APIRouter()
    routes.include_router(_entering(shown, door))
    routes.include_router(_setting_up(shown))
    routes.include_router(_ending(shown))
    return routes


def half_of(request: Request, door: Door) -> Session | None:
    """Return the session of a browser whose second step is missing."""
    return door.half(request.cookies.get(request.app.state.cookie, ""))


def _entering(shown: Shown, door: Door) -> APIRouter:
    routes, site, second_step = APIRouter(prefix="/sign-in/code"), shown.site, shown.second_step

    @routes.get("")
    def form(request: Request, visit: Visiting, next: Next = "/") -> Response:
        if visit.session is not None:
            return site.to(next)
        half = half_of(request, door)
        if half is None:
            return site.to("/sign-in")
        return shown.asking(request, visit, half, next=own_path(next))

    @routes.post("")
    def enter(request: Request, visit: Visiting, code: Code = "", to: NextField = "/", packed: Packed = "") -> Response:
        half = half_of(request, door)
        if half is None:
            return site.to("/sign-in")
        try:
            entered = second_step.enter(door, half, code, visit.caller)
        except (Wrong, TooMany) as error:
            status, told = refusal(error)
            return shown.asking(request, visit, half, status, next=own_path(to), unsent=unpacked(packed), **told)
        return led_on(request, entered, unpacked(packed), to)

    return routes


def _setting_up(shown: Shown) -> APIRouter:
    routes, site, second_step = APIRouter(prefix=PAGE), shown.site, shown.second_step

    @routes.get("")
    def form(request: Request, visit: FreshSigned) -> Response:
        return shown.state(request, visit)

    @routes.get("/authenticator")
    def another(request: Request, visit: FreshSigned) -> Response:
        """Set an authenticator up beside a passkey, or in place of the one before, whose codes are good until then."""
        return shown.beginning(request, visit)

    @routes.post("")
    def prove(request: Request, visit: FreshSigned, code: Code = "") -> Response:
        assert visit.session is not None
        try:
            made, entered = second_step.prove(visit.session, code, visit.caller)
        except (Wrong, TooMany) as error:
            status, told = refusal(error)
            return shown.beginning(request, visit, 422 if status == 401 else status, **told)
        if not made:
            return let_in(request, site.to(PAGE, "authenticator_added"), entered)
        return let_in(request, shown.state(request, visit, codes=made), entered)

    @routes.post("/recovery-codes")
    def renew(request: Request, visit: FreshSigned) -> Response:
        if not visit.account.asks_for_code:
            return site.to(PAGE)
        assert visit.session is not None
        return shown.state(request, visit, codes=second_step.renew(visit.session, visit.caller))

    return routes


def _ending(shown: Shown) -> APIRouter:
    routes, site, second_step = APIRouter(prefix=PAGE), shown.site, shown.second_step

    @routes.post("/authenticator/end")
    def end_authenticator(request: Request, visit: FreshSigned) -> Response:
        assert visit.session is not None
        left, entered = second_step.end_authenticator(visit.session, visit.caller)
        told = site.to(PAGE, "authenticator_removed") if left else site.to("/account", "second_step_ended")
        return let_in(request, told, entered)

    @routes.post("/end")
    def end(request: Request, visit: FreshSigned) -> Response:
        assert visit.session is not None
        entered = second_step.end(visit.session, visit.caller)
        return let_in(request, site.to("/account", "second_step_ended"), entered)

    return routes


def _picture(uri: str) -> Markup:
    """Black on white in any theme, because some cameras read nothing else."""
    code = segno.make(uri, error="m", micro=False)
    return Markup(code.svg_inline(border=3, light="#fff", svgclass="qr", lineclass=None, omitsize=True))
