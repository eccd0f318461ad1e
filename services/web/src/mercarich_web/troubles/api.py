"""The state of the system as a whole, in the API."""

from fastapi import APIRouter, Depends

from mercarich_web.api.callers import caller
from mercarich_web.api.reasons import code_of, english
from mercarich_web.identity.api_keys import Keys
from mercarich_web.identity.keys import Scope
from mercarich_web.troubles.shapes import ItsTrouble, SystemState
from mercarich_web.troubles.telling import TellTroubles


def routes(keys: Keys, tell: TellTroubles) -> APIRouter:
    routes = APIRouter(prefix="/status", tags=["status"], dependencies=[Depends(caller(keys, Scope.LISTINGS_READ))])

    @routes.get("", summary="Whether sources are checked and Amazon hears of it, as your home page says")
    def status() -> SystemState:
        found = tell.to_sellers()
        shown = [
            ItsTrouble(
                marketplace=one.marketplace or None,
                text=english(one.reason) or "",
                since=one.since,
                **code_of(one.reason),
            )
            for one in found
        ]
        return SystemState(is_calm=not found, troubles=shown)

    return routes
