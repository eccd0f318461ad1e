"""The page of what Amazon shows otherwise than the books say: a seller's own, or all sellers' for operators."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from mercarich_listings.differences import Difference
from mercarich_web.api.ids import MOST
from mercarich_web.differences.differences import FOLLOWED_FOR, Differing, Followed, packed, unpacked
from mercarich_web.differences.sql import SqlDifferences
from mercarich_web.paging import LONGEST
from mercarich_web.site.addresses import Below, address
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Signed

PATH = "/differences"
Kind = Annotated[Difference | Literal["followed", ""], Query()]
"""`followed`: no difference any more, but what the books took over from Amazon lately."""


def routes(site: Site, book: SqlDifferences) -> APIRouter:
    routes = APIRouter(prefix=PATH)

    @routes.get("")
    def differences(
        visit: Signed,
        kind: Kind = "",
        seller: Annotated[int | None, Query(ge=1, le=MOST)] = None,
        after: Annotated[str, Query(max_length=LONGEST)] = "",
        below: Below = None,
    ) -> Response:
        """`seller` is for operators; a seller sees nobody else's listings."""
        user_id = seller if visit.is_operator else visit.account.user_id
        if user_id is None and kind == "followed":  # of all sellers, that is far too much to count
            kind = ""
        told: dict[str, str | int | None] = {"kind": kind, "seller": seller if visit.is_operator else None}
        followed_since = visit.now - FOLLOWED_FOR
        rows: Sequence[Differing | Followed]
        following: dict[str, str | int] | None = None
        if user_id is not None and kind == "followed":
            followed = book.followed(user_id, followed_since, below)
            rows, first = followed.rows, below is None
            following = {"below": followed.next} if followed.next is not None else None
        else:
            place = unpacked(after) if after else None
            page = book.page(user_id, kind if isinstance(kind, Difference) else None, place)
            rows, first = page.rows, place is None
            following = {"after": packed(page.next)} if page.next is not None else None
        standings = book.standings(user_id)
        return site.page(
            visit,
            "differences/differences.html",
            kind=kind,
            seller=told["seller"],
            rows=rows,
            standings=standings,
            username=book.username(user_id) if visit.is_operator and user_id is not None else None,
            followed=book.followed_count(user_id, followed_since) if user_id is not None else None,
            reads=book.reads(user_id, visit.now, whole=not any(one.count for one in standings.values())),
            page={
                "first": None if first else address(PATH, told),
                "next": None if following is None else address(PATH, told | following),
            },
            address=lambda **changes: address(PATH, told | changes),
        )

    return routes
