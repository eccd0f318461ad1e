"""A seller's rules for replacements, and what is never bought: source sellers and words."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from mercarich_contracts.market import Marketplace
from mercarich_web.domain.rules import BadRule
from mercarich_web.ports import Refused
from mercarich_web.site import rule_words
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Seller, Visit
from mercarich_web.use_cases.exclusions import ExclusionDesk
from mercarich_web.use_cases.rules import RuleDesk

Value = Annotated[str, Form(max_length=200)]
Market = Annotated[Marketplace | None, Form()]


async def _given(request: Request) -> dict[str, str]:
    """The rules of the form, a switch that is off included: a browser does not send it."""
    form = await request.form()
    switches = {field.key: "off" for _, fields in rule_words.GROUPS for field in fields if field.kind == "switch"}
    sent = {key: str(form[key]).strip()[:200] for key in rule_words.KEYS if key in form}
    return switches | sent


Given = Annotated[dict[str, str], Depends(_given)]


def routes(site: Site, desk: RuleDesk, exclusions: ExclusionDesk) -> APIRouter:
    routes = APIRouter(prefix="/rules")

    def page(visit: Visit, status: int = 200, **told: object) -> Response:
        values = {"problems": {}, "given": {}, "exclusion_problem": "", "trial": None} | told
        return site.page(
            visit,
            "rules.html",
            status,
            groups=rule_words.GROUPS,
            rules=desk.show(visit.account),
            exclusions=exclusions.list(visit.account.username).exclusions,
            **values,
        )

    @routes.get("")
    def rules(visit: Seller) -> Response:
        return page(visit)

    @routes.post("")
    def change(visit: Seller, given: Given) -> Response:
        try:
            desk.change(visit.account, given)
        except BadRule as error:
            return page(visit, 422, problems={error.key: str(error)}, given=given)
        return site.to("/rules", "rules_changed")

    @routes.post("/preview")
    def preview(visit: Seller, given: Given) -> Response:
        """The page with what these values would change; nothing is saved."""
        try:
            return page(visit, given=given, trial=desk.preview(visit.account, given))
        except BadRule as error:
            return page(visit, problems={error.key: str(error)}, given=given)

    @routes.post("/exclusions")
    def exclude(visit: Seller, value: Value = "", market: Market = None) -> Response:
        try:
            exclusions.add(visit.account.username, market, value.strip())
        except Refused as error:
            return page(visit, 422, exclusion_problem=str(error))
        return site.to("/rules#never", "excluded", value.strip())

    @routes.post("/exclusions/remove")
    def include(visit: Seller, value: Value = "", market: Market = None) -> Response:
        exclusions.remove(visit.account.username, market, value)
        return site.to("/rules#never", "included", value)

    return routes
