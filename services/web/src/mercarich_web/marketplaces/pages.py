"""The pages of marketplaces: pausing one, its canaries, its proxy's budget, breaker and failures by kind."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from mercarich_contracts.market import Marketplace
from mercarich_web.marketplaces.marketplaces import ON, PAUSED, MarketDesk
from mercarich_web.marketplaces.proxies import ProxyAway
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshOperator, Operator

Note = Annotated[str, Form(max_length=255)]


def routes(site: Site, desk: MarketDesk) -> APIRouter:
    routes = APIRouter(prefix="/markets")

    @routes.get("")
    def markets(visit: Operator) -> Response:
        return site.page(visit, "marketplaces/markets.html", markets=desk.all())

    @routes.get("/{name}/state")
    def state(visit: Operator, name: Marketplace) -> Response:
        """Return whether it is checked; an open page asks for it again and again."""
        return site.page(visit, "marketplaces/state.html", name=name.value, found=desk.troubles(name.value))

    @routes.get("/{name}/proxy")
    def proxy(visit: Operator, name: Marketplace) -> Response:
        """Return the part of the page that waits for the proxy; the browser reloads it regularly."""
        try:
            state = desk.proxy(name.value)
        except ProxyAway:
            state = None
        return site.page(visit, "marketplaces/proxy.html", state=state, name=name.value)

    @routes.post("/{name}/pause")
    def pause(visit: FreshOperator, name: Marketplace, note: Note = "") -> Response:
        changed = desk.switch(name.value, PAUSED, visit.actor, note.strip() or None)
        return site.to("/markets", "market_paused" if changed else "nothing_changed")

    @routes.post("/{name}/resume")
    def resume(visit: FreshOperator, name: Marketplace, note: Note = "") -> Response:
        changed = desk.switch(name.value, ON, visit.actor, note.strip() or None)
        return site.to("/markets", "market_resumed" if changed else "nothing_changed")

    return routes
