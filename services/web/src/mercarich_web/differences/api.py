"""What Amazon shows otherwise than a seller's books say, and asking Amazon now, in the API."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from mercarich_contracts.audit import Actor
from mercarich_listings import differences
from mercarich_web.api.callers import caller
from mercarich_web.differences import shapes
from mercarich_web.differences.asking import AskAmazon
from mercarich_web.differences.differences import packed, packed_key, unpacked, unpacked_key
from mercarich_web.differences.sql.differences import SqlDifferences
from mercarich_web.identity.api_keys import Keys
from mercarich_web.identity.keys import Scope
from mercarich_web.identity.people import Account
from mercarich_web.paging import LONGEST


def routes(keys: Keys, book: SqlDifferences, ask: AskAmazon) -> APIRouter:
    routes = APIRouter(prefix="/differences", tags=["listings"])
    reader = Depends(caller(keys, Scope.LISTINGS_READ))
    writer = Depends(caller(keys, Scope.LISTINGS_WRITE))

    @routes.get("", summary="Listings that Amazon shows otherwise than the books say, the most dangerous kind first")
    def page(
        kind: differences.Difference | None = None,
        after: Annotated[str, Query(max_length=LONGEST)] = "",
        account: Account = reader,
    ) -> shapes.Differences:
        found, now = book.page(account.user_id, kind, unpacked(after) if after else None), ask.now()
        following = packed(found.next) if found.next is not None else None
        return shapes.Differences(differences=[shapes.difference(row, now) for row in found.rows], next=following)

    @routes.get("/deleted", summary="Offers that were deleted here, and that Amazon shows")
    def deleted(after: Annotated[str, Query(max_length=LONGEST)] = "", account: Account = reader) -> shapes.Deleted:
        found = book.returned(account.user_id, unpacked_key(after) if after else None)
        following = packed_key(found.next) if found.next is not None else None
        return shapes.Deleted(deleted=[shapes.deleted(row.offer) for row in found.rows], next=following)

    @routes.post("/ask", summary="Have Amazon read for all your offers, or for one listing", status_code=202)
    def ask_now(wish: shapes.AskWish, account: Account = writer) -> shapes.Asked:
        by = Actor(f"{account.username} (API)", account.user_id)
        return shapes.asked(ask(account.user_id, wish.listing, by))

    return routes
