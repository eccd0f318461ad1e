"""The page of the audit log, newest first."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from mercarich_web.sellers.sql.audit_log import SqlAuditLog
from mercarich_web.site.addresses import Below, address
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Operator

Word = Annotated[str, Query(max_length=64)]
SHOWN = 50


def routes(site: Site, log: SqlAuditLog) -> APIRouter:
    routes = APIRouter(prefix="/audit")

    @routes.get("")
    def audit(
        visit: Operator,
        actor: Word = "",
        action: Word = "",
        below: Below = None,
    ) -> Response:
        wish = {"actor": actor.strip(), "action": action}
        found = log.page(wish["actor"] or None, action or None, below, SHOWN)
        page = {
            "first": _address(wish) if below is not None else None,
            "next": _address(wish, found.next) if found.next is not None else None,
        }
        return site.page(visit, "sellers/audit.html", rows=found.rows, wish=wish, page=page)

    return routes


def _address(wish: dict[str, str], below: int | None = None) -> str:
    return address("/audit", {**wish, "below": below})
