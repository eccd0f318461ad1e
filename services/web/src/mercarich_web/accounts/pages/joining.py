"""The page of accepting an invitation: a password, and where the notices of a new user go."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Form, Request, Response

from mercarich_web.accounts.invitations import Invitations
from mercarich_web.identity.people import LONGEST, FirstWays, Role, WeakPassword, Welcome
from mercarich_web.identity.sign_in import Door, Wrong
from mercarich_web.refusals import Refused
from mercarich_web.site.rendering import Site
from mercarich_web.site.shares import HashesPassword
from mercarich_web.site.visits import Visit, Visiting, let_in


class Kinds(Protocol):
    """The kinds of notices that can be mailed."""

    @property
    def important(self) -> Sequence[str]: ...

    def stored(self, codes: Collection[str]) -> str: ...


@dataclass(frozen=True, slots=True)
class Wished:
    """Where notices are to go."""

    mail: str
    kinds: Sequence[str]
    is_chosen: bool
    """The fields were on the page, so that an empty one counts."""


def wished(
    mail: Annotated[str, Form(max_length=300)] = "",
    by_mail: Annotated[list[str] | None, Form(max_length=100)] = None,
    chosen: Annotated[bool, Form()] = False,
) -> Wished:
    return Wished(mail.strip(), by_mail or (), chosen)


def routes(site: Site, door: Door, invitations: Invitations, kinds: Kinds) -> APIRouter:
    routes = APIRouter(prefix="/join")

    @routes.get("/{token}")
    def form(visit: Visiting, token: str) -> Response:
        return page(visit, token, invitations.look(token))

    @routes.post("/{token}")
    def join(
        request: Request,
        visit: Visiting,
        _: HashesPassword,
        token: str,
        wished: Annotated[Wished, Depends(wished)],
        password: Annotated[str, Form(max_length=4 * LONGEST)] = "",
    ) -> Response:
        found = invitations.look(token)
        of = found.invitation
        to = wished.mail if wished.is_chosen else of.mail_address or ""
        on = wished.kinds if wished.is_chosen and of.role is Role.SELLER else kinds.important
        first = FirstWays(to, kinds.stored(on)) if found.is_new and to else None
        try:
            login = invitations.accept(token, password, visit.caller, first)
        except WeakPassword as error:
            return page(visit, token, found, 422, problem=error.rule.value, mail=to, on=on)
        except Refused as error:
            return page(visit, token, found, 422, wrong=error.reason, mail=to, on=on)
        half = login.account.asks_for_code
        try:
            entered = door.start(login.account, visit.caller, login.password_hash, half=half)
        except Wrong:
            return site.to("/sign-in")
        return let_in(request, site.to("/sign-in/code" if half else "/"), entered)

    def page(visit: Visit, token: str, found: Welcome, status: int = 200, **told: object) -> Response:
        shown = {"problem": None, "wrong": None, "mail": found.invitation.mail_address or "", "on": kinds.important}
        own = {"found": found, "token": token, "sells": found.invitation.role is Role.SELLER}
        return site.page(visit, "accounts/join.html", status, **own, **(shown | told))

    return routes
