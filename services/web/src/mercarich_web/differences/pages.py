"""The page of what Amazon shows otherwise than the books say: a seller's own, or all sellers' for operators."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Response
from pydantic import AwareDatetime

from mercarich_listings.differences import Difference
from mercarich_web.api.ids import MOST, GivenId, Id
from mercarich_web.differences.asking import Ask, AskAmazon
from mercarich_web.differences.differences import (
    FOLLOWED_FOR,
    CameBack,
    Differing,
    Followed,
    packed,
    packed_key,
    unpacked,
    unpacked_key,
)
from mercarich_web.differences.sql.differences import SqlDifferences
from mercarich_web.paging import LONGEST
from mercarich_web.refusals import NotFound
from mercarich_web.site.addresses import LONGEST as LONGEST_PATH
from mercarich_web.site.addresses import Below, address
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshOperator, Seller, Signed

PATH = "/differences"
TOLD_FOR = timedelta(days=2)
"""How long an address tells what has come of asking Amazon."""
Kind = Annotated[Difference | Literal["came_back", "followed", ""], Query()]
"""`came_back`: offers that were deleted here, and that Amazon shows. `followed`: no difference any more, but what the
books took over from Amazon lately."""


Of = Annotated[int, Query(ge=0, le=MOST)]
OneId = Annotated[int | None, Query(ge=1, le=MOST)]


def lately(at: datetime) -> bool:
    """Return whether somebody can have asked at that time and still wait; an address may hold any."""
    now = datetime.now(UTC)
    return now - TOLD_FOR <= at <= now


def asked_for(asked: Annotated[AwareDatetime | None, Query()] = None, of: Of = 0) -> tuple[datetime, int] | None:
    return (asked, of) if asked is not None and lately(asked) else None


Asked = Annotated[tuple[datetime, int] | None, Depends(asked_for)]
Back = Annotated[str, Form(max_length=LONGEST_PATH)]


def routes(site: Site, book: SqlDifferences, ask: AskAmazon) -> APIRouter:
    routes = APIRouter(prefix=PATH)

    @routes.get("")
    def differences(
        visit: Signed,
        kind: Kind = "",
        seller: OneId = None,
        after: Annotated[str, Query(max_length=LONGEST)] = "",
        below: Below = None,
        asked: Asked = None,
    ) -> Response:
        """`seller` is for operators; a seller sees nobody else's listings. `asked`: when Amazon was asked, and for how
        many offers."""
        user_id = seller if visit.is_operator else visit.account.user_id
        if user_id is None and kind == "followed":  # of all sellers, that is far too much to count
            kind = ""
        told: dict[str, str | int | None] = {"kind": kind, "seller": seller if visit.is_operator else None}
        followed_since = visit.now - FOLLOWED_FOR
        rows: Sequence[Differing | Followed | CameBack]
        following: dict[str, str | int] | None = None
        if user_id is not None and kind == "followed":
            followed = book.followed(user_id, followed_since, below)
            rows, first = followed.rows, below is None
            following = {"below": followed.next} if followed.next is not None else None
        elif kind == "came_back":
            key = unpacked_key(after) if after else None
            returned = book.returned(user_id, key)
            rows, first = returned.rows, key is None
            following = {"after": packed_key(returned.next)} if returned.next is not None else None
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
            came_back=book.came_back(user_id),
            username=book.username(user_id) if visit.is_operator and user_id is not None else None,
            followed=book.followed_count(user_id, followed_since) if user_id is not None else None,
            heard=ask.heard(Ask(user_id, None, *asked)) if asked is not None and user_id is not None else None,
            reads=book.reads(user_id, visit.now, whole=not any(one.count for one in standings.values())),
            page={
                "first": None if first else address(PATH, told),
                "next": None if following is None else address(PATH, told | following),
            },
            address=lambda **changes: address(PATH, told | changes),
        )

    @routes.post("/ask")
    def ask_own(visit: Seller, listing: Annotated[GivenId | None, Form()] = None, back: Back = PATH) -> Response:
        """Ask Amazon for the seller's offers, or for one listing."""
        return _to(back, ask(visit.account.user_id, listing, visit.actor))

    @routes.post("/ask/{user_id}")
    def ask_for(visit: FreshOperator, user_id: Id) -> Response:
        return _to(address(PATH, {"seller": user_id}), ask(user_id, None, visit.actor))

    @routes.get("/asked")
    def asked(visit: Signed, at: AwareDatetime, of: Of = 0, listing: OneId = None, seller: OneId = None) -> Response:
        """Return the part of a page that tells how far Amazon was read; the browser asks for it until all is."""
        user_id = seller if visit.is_operator else visit.account.user_id
        if user_id is None or not lately(at):
            raise NotFound("nobody has asked that")
        return site.page(visit, "differences/asked.html", heard=ask.heard(Ask(user_id, listing, at, of)))

    def _to(back: str, asked: Ask) -> Response:
        where = {"asked": asked.at.isoformat(), "of": asked.of}
        return site.to(f"{back}{'&' if '?' in back else '?'}{urlencode(where)}")

    return routes
