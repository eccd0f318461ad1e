"""The pages of the worker pools: what is set, what they got and why; a change with a preview and a note."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response

from mercarich_contracts.pools import HpaPlan, Mode
from mercarich_reasons.reason import Reason
from mercarich_web.refusals import Refused
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshOperator, Operator, Visit
from mercarich_web.workers.backlog import ShowQueues
from mercarich_web.workers.pool_settings import PoolDesk
from mercarich_web.workers.pools import PoolView, wish

Number = Annotated[str, Form(max_length=8)]
Asked = Annotated[str, Query(max_length=8)]


def routes(site: Site, desk: PoolDesk, show_queues: ShowQueues) -> APIRouter:
    routes = APIRouter(prefix="/pools")

    @routes.get("")
    def pools(visit: Operator) -> Response:
        return site.page(visit, "workers/pools.html", pools=desk.all())

    @routes.get("/queues")
    def queues(visit: Operator) -> Response:
        """Return the part of the page that waits for the broker."""
        return site.page(visit, "workers/queues.html", queues=show_queues())

    @routes.get("/{key}")
    def one(visit: Operator, key: str) -> Response:
        return _pool(visit, desk.one(key))

    @routes.get("/{key}/preview")
    def preview(visit: Operator, key: str, mode: Asked = "", low: Asked = "", high: Asked = "") -> Response:
        """Return the preview, which the browser requests while the form is being filled in."""
        view = desk.one(key)
        problem, planned = _previewed(view, mode, low, high)
        return site.page(visit, "workers/pool_preview.html", pool=view, planned=planned, problem=problem)

    @routes.post("/{key}")
    def change(
        visit: FreshOperator,
        key: str,
        mode: Number = "",
        low: Number = "",
        high: Number = "",
        note: Annotated[str, Form(max_length=255)] = "",
    ) -> Response:
        try:
            changed = desk.change(key, (mode, low, high), visit.actor, note.strip() or None)
        except Refused as error:
            return _pool(visit, desk.one(key), 422, {"mode": mode, "low": low, "high": high}, error.reason)
        return site.to(f"/pools/{key}", "pool_changed" if changed else "nothing_changed", key)

    def _pool(
        visit: Visit,
        view: PoolView,
        status: int = 200,
        given: dict[str, str] | None = None,
        problem: Reason | None = None,
    ) -> Response:
        given = given or {"mode": view.mode.value, "low": view.low.value, "high": view.high.value}
        return site.page(
            visit,
            "workers/pool.html",
            status,
            pool=view,
            given=given,
            planned=view.planned,
            history=desk.history(view.key),
            problem=problem,
        )

    return routes


def _previewed(view: PoolView, mode: str, low: str, high: str) -> tuple[str, HpaPlan | None]:
    """Return the code of what is wrong with the numbers, or the plan that they lead to."""
    try:
        wanted = wish(mode, int(low), int(high))
    except ValueError:
        return "number", None
    if wanted.low > wanted.high:
        return "crossed", None
    if wanted.mode is Mode.PAUSED:
        return "", None
    return "", view.preview(wanted)
