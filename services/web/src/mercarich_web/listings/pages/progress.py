"""The page that follows an action on many listings to Amazon."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Query, Response

from mercarich_web.listings.choices import ActionTime
from mercarich_web.listings.sql.progress import SqlProgress
from mercarich_web.site.addresses import LONGEST, own_path
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Seller, Visit

PATH = "/listings/changes"
MANY = 50
"""Changes from which an action leads to this page: fewer are at Amazon in seconds."""

At = Annotated[ActionTime, Query()]
Back = Annotated[str, Query(max_length=LONGEST)]


def following(at: datetime, back: str) -> str:
    """Return the address of the page for the action of that time. `back`: the page from which the action was begun; an
    undo on the page of the action itself leads back to where that came from. A long one is left out."""
    parts = urlsplit(back)
    if parts.path == PATH:
        back = dict(parse_qsl(parts.query)).get("back", "/listings")
    address = f"{PATH}?{urlencode({'at': at.isoformat(), 'back': own_path(back)})}"
    return address if len(address) <= LONGEST // 2 else f"{PATH}?{urlencode({'at': at.isoformat()})}"


def routes(site: Site, progress: SqlProgress) -> APIRouter:
    routes = APIRouter(prefix=PATH)

    def page(visit: Visit, template: str, at: datetime, back: str) -> Response:
        now = datetime.now(UTC)
        found = progress.of(visit.account.user_id, at, now)
        query = urlencode({"at": at.isoformat(), "back": back})
        ends_at, again = found.ends_at(now), found.asks_again(now)
        return site.page(visit, template, progress=found, ends_at=ends_at, again=again, query=query, back=back)

    @routes.get("")
    def follow(visit: Seller, at: At, back: Back = "/listings") -> Response:
        return page(visit, "listings/progress.html", at, own_path(back))

    @routes.get("/part")
    def part(visit: Seller, at: At, back: Back = "/listings") -> Response:
        return page(visit, "listings/progress_part.html", at, own_path(back))

    return routes
