"""A seller's keys of the API."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from mercarich_web.api.ids import Id
from mercarich_web.identity.api_keys import Keys
from mercarich_web.identity.keys import Scope
from mercarich_web.refusals import Refused
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshSeller, Seller, Visit


def routes(site: Site, keys: Keys) -> APIRouter:
    routes = APIRouter(prefix="/account/keys")

    def page(visit: Visit, status: int = 200, **told: object) -> Response:
        shown = {"made": None, "problem": None, "name": ""} | told
        return site.page(visit, "accounts/keys.html", status, keys=keys.of(visit.account.user_id), **shown)

    @routes.get("")
    def table(visit: Seller) -> Response:
        return page(visit)

    @routes.post("")
    def make(
        visit: FreshSeller,
        name: Annotated[str, Form(max_length=64)] = "",
        scope: Annotated[list[Scope] | None, Form()] = None,
    ) -> Response:
        assert visit.session is not None
        try:
            made = keys.make(visit.session, name, set(scope or ()), visit.actor)
        except Refused as error:
            return page(visit, 422, problem=error.reason, name=name)
        return page(visit, made=made)

    @routes.post("/{key_id}/revoke")
    def revoke(visit: Seller, key_id: Id) -> Response:
        gone = keys.revoke(visit.account.user_id, key_id, visit.actor)
        return site.to("/account/keys", "key_revoked", gone.name)

    return routes
