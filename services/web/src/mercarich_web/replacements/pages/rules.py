"""A seller's rules for checks and replacements, and the exclusions: source sellers and words."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from mercarich_contracts.market import Marketplace
from mercarich_web.refusals import Refused
from mercarich_web.replacements import rule_words
from mercarich_web.replacements.exclusion_changes import ExclusionDesk
from mercarich_web.replacements.exclusions import packed, unpacked
from mercarich_web.replacements.rule_changes import RuleDesk
from mercarich_web.replacements.rules import BadRule
from mercarich_web.site.addresses import address
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Seller, Visit

Value = Annotated[str, Form(max_length=200)]
Market = Annotated[Marketplace | None, Form()]


HERE = "#never"
"""The part of the page with the exclusions."""


async def _given(request: Request) -> dict[str, str]:
    """The rules in the form, including switches that are off, which a browser does not send."""
    form = await request.form()
    switches = {field.key: "off" for _, fields in rule_words.GROUPS for field in fields if field.kind == "switch"}
    sent = {key: str(form[key]).strip()[:200] for key in rule_words.KEYS if key in form}
    return switches | sent


Given = Annotated[dict[str, str], Depends(_given)]


def routes(site: Site, desk: RuleDesk, exclusions: ExclusionDesk) -> APIRouter:
    routes = APIRouter(prefix="/rules")

    def page(visit: Visit, status: int = 200, *, never: str = "", after: str = "", **told: object) -> Response:
        values = {
            "problems": {},
            "given": {},
            "exclusion_problem": None,
            "trial": None,
            "checks": None,
            "approvals": None,
        } | told
        return site.page(
            visit,
            "replacements/rules.html",
            status,
            groups=rule_words.groups(visit.account.plan),
            rules=desk.show(visit.account),
            **_excluded(exclusions, visit.account.username, never, after),
            **values,
        )

    @routes.get("")
    def rules(
        visit: Seller,
        never: Annotated[str, Query(max_length=64)] = "",
        after: Annotated[str, Query(max_length=400)] = "",
    ) -> Response:
        return page(visit, never=never.strip(), after=after)

    @routes.post("")
    def change(visit: Seller, given: Given) -> Response:
        try:
            desk.change(visit.account, given, visit.actor)
        except BadRule as error:
            return page(visit, 422, problems={error.key: error.reason}, given=given)
        return site.to("/rules", "rules_changed")

    @routes.post("/preview")
    def preview(visit: Seller, given: Given) -> Response:
        """Show what these values would change, without saving them."""
        try:
            checks = desk.preview_checks(visit.account, given)
            trial, approvals = desk.preview(visit.account, given), desk.preview_approvals(visit.account, given)
            return page(visit, given=given, trial=trial, checks=checks, approvals=approvals)
        except BadRule as error:
            return page(visit, problems={error.key: error.reason}, given=given)

    @routes.post("/exclusions")
    def exclude(visit: Seller, value: Value = "", market: Market = None) -> Response:
        try:
            exclusions.add(visit.account.username, market, value.strip())
        except Refused as error:
            return page(visit, 422, exclusion_problem=error.reason)
        return site.to("/rules" + HERE, "excluded", value.strip())

    @routes.post("/exclusions/remove")
    def include(visit: Seller, value: Value = "", market: Market = None) -> Response:
        exclusions.remove(visit.account.username, market, value)
        return site.to("/rules" + HERE, "included", value)

    return routes


def _excluded(desk: ExclusionDesk, username: str, never: str, after: str) -> Mapping[str, object]:
    """Return a page of the exclusions for the template."""
    found = desk.page(username, never, unpacked(after, username) if after else None)
    follows = address("/rules", {"never": never, "after": packed(found.next)}) if found.next else None
    first = address("/rules", {"never": never}) if after else None
    pages = {"first": first and first + HERE, "next": follows and follows + HERE}
    return {"exclusions": found.exclusions, "never": never, "pages": pages}
