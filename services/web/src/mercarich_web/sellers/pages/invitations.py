"""The page of invitations: inviting somebody, and what is still open."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response

from mercarich_contracts.schedule import PLANS
from mercarich_web.accounts.invitations import InvitationDesk, Invitations, Mailing
from mercarich_web.identity.people import Role
from mercarich_web.refusals import Refused
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshOperator, Operator, Visit

Name = Annotated[str, Form(max_length=64)]


@dataclass(frozen=True, slots=True)
class Given:
    """What the form says."""

    username: str = ""
    plan: int = PLANS[0]
    role: Role = Role.SELLER
    mail: str = ""
    language: str = ""
    """Of the mail; empty: the page's."""


def given_by(
    username: Name = "",
    plan: Annotated[int, Form(ge=0, le=99)] = PLANS[0],
    role: Annotated[Role, Form()] = Role.SELLER,
    mail: Annotated[str, Form(max_length=300)] = "",
    language: Annotated[Literal["", "ja", "en"], Form()] = "",
) -> Given:
    return Given(username.strip(), plan, role, mail.strip(), language)


def routes(site: Site, invitations: Invitations, desk: InvitationDesk, public_url: str, *, mails: bool) -> APIRouter:
    routes = APIRouter(prefix="/sellers/invite")

    @routes.get("")
    def form(visit: Operator) -> Response:
        return page(visit)

    @routes.post("")
    def invite(request: Request, visit: FreshOperator, given: Annotated[Given, Depends(given_by)]) -> Response:
        """Invite a user. The link is in this response and nowhere else; that of the mail is another one."""
        mailing = Mailing(given.mail, given.language or visit.language, goes=mails)
        try:
            invited = invitations.invite(given.username, given.plan, given.role, visit.actor, mailing)
        except Refused as error:
            return page(visit, 422, given=given, problem=error.reason)
        link = f"{public_url or str(request.base_url).rstrip('/')}/join/{invited.token}"
        return page(visit, given=given, link=link, invited=invited.invitation)

    @routes.post("/again")
    def mail_again(visit: FreshOperator, username: Name = "") -> Response:
        try:
            address = desk.mail_again(username, visit.actor)
        except Refused as error:
            return page(visit, 422, problem=error.reason)
        return site.to("/sellers/invite", "invitation_mailed", address)

    @routes.post("/revoke")
    def revoke(visit: FreshOperator, username: Name = "") -> Response:
        desk.revoke(username, visit.actor)
        return site.to("/sellers/invite", "invitation_revoked", username)

    def page(visit: Visit, status: int = 200, **told: object) -> Response:
        own = {"plans": PLANS, "mails": mails, "open": desk.open()}
        shown: dict[str, object] = {"link": None, "given": Given(), "problem": None, "invited": None}
        return site.page(visit, "sellers/invite.html", status, **own, **(shown | told))

    return routes
