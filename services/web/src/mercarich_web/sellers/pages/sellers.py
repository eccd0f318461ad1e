"""The pages of sellers: plans, stopping and starting one."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response

from mercarich_contracts.schedule import PLANS
from mercarich_web.api.ids import Id
from mercarich_web.sellers.administration import SellerDesk
from mercarich_web.site.addresses import Above, address
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshOperator, Operator


def routes(site: Site, desk: SellerDesk) -> APIRouter:
    routes = APIRouter(prefix="/sellers")

    @routes.get("")
    def sellers(
        visit: Operator,
        q: Annotated[str, Query(max_length=64)] = "",
        above: Above = 0,
    ) -> Response:
        found = desk.page(q.strip(), above)
        page = {
            "first": _address(q) if above else None,
            "next": _address(q, found.next) if found.next is not None else None,
        }
        return site.page(visit, "sellers/sellers.html", rows=found.rows, q=q, page=page)

    @routes.get("/{user_id}")
    def one(visit: Operator, user_id: Id) -> Response:
        return site.page(visit, "sellers/seller.html", found=desk.one(user_id), plans=PLANS)

    @routes.post("/{user_id}/plan")
    def plan(visit: FreshOperator, user_id: Id, plan: Annotated[int, Form()] = 0) -> Response:
        changed = desk.set_plan(user_id, plan, visit.actor)
        return site.to(f"/sellers/{user_id}", "plan_changed", changed.seller.username)

    @routes.post("/{user_id}/stop")
    def stop(visit: FreshOperator, user_id: Id) -> Response:
        changed = desk.set_active(user_id, False, visit.actor)
        return site.to(f"/sellers/{user_id}", "seller_stopped", changed.seller.username)

    @routes.post("/{user_id}/start")
    def start(visit: FreshOperator, user_id: Id) -> Response:
        changed = desk.set_active(user_id, True, visit.actor)
        return site.to(f"/sellers/{user_id}", "seller_started", changed.seller.username)

    return routes


def _address(q: str, above: int | None = None) -> str:
    return address("/sellers", {"q": q, "above": above})
