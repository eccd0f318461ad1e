"""The page of the offers that a seller has at Amazon."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from mercarich_reasons.jobs import NoFile
from mercarich_reasons.reason import Reason
from mercarich_web.jobs.starting import MOST_BYTES
from mercarich_web.refusals import Refused
from mercarich_web.site.addresses import LONGEST, address
from mercarich_web.site.rendering import Site
from mercarich_web.site.shares import Download
from mercarich_web.site.visits import Seller, Visit
from mercarich_web.taking_over.desk import OfferDesk
from mercarich_web.taking_over.matching import Matched
from mercarich_web.taking_over.offers import LONGEST_SEARCH, Standing

PATH = "/amazon/offers"
READ_BYTES = 65_536
LONGEST_SOURCE = 500
Kind = Annotated[Standing | Literal[""], Query()]
Search = Annotated[str, Query(max_length=LONGEST_SEARCH)]
After = Annotated[str, Query(max_length=64)]
Back = Annotated[str, Form(max_length=LONGEST)]


@dataclass(frozen=True, slots=True)
class Shown:
    """Which offers a page shows."""

    kind: Standing | Literal[""] = ""
    q: str = ""
    after: str = ""


ALL = Shown()


@dataclass(frozen=True, slots=True)
class OffersPage:
    site: Site
    desk: OfferDesk

    def __call__(
        self, visit: Visit, wish: Shown = ALL, refused: Reason | None = None, matched: Matched | None = None
    ) -> Response:
        user_id, book = visit.account.user_id, self.desk.book
        found = book.page(user_id, wish.kind or None, wish.q.strip(), wish.after)
        asked: dict[str, str | int | None] = {"kind": wish.kind, "q": wish.q}
        return self.site.page(
            visit,
            "taking_over/offers.html",
            200 if refused is None else 422,
            is_linked=book.is_linked(user_id),
            reading=book.reading(user_id),
            counts=book.counts(user_id),
            offers=found.offers,
            kind=wish.kind,
            q=wish.q,
            refused=refused,
            matched=matched,
            longest_source=LONGEST_SOURCE,
            here=address(PATH, asked | {"after": wish.after}),
            page={
                "first": address(PATH, asked) if wish.after else None,
                "next": address(PATH, asked | {"after": found.next}) if found.next else None,
            },
            address=lambda **changes: address(PATH, asked | changes),
        )


def routes(site: Site, desk: OfferDesk) -> APIRouter:
    routes, page = APIRouter(prefix=PATH), OffersPage(site, desk)
    routes.include_router(_naming(site, desk, page))

    @routes.get("")
    def shown(visit: Seller, kind: Kind = "", q: Search = "", after: After = "") -> Response:
        return page(visit, Shown(kind, q, after))

    @routes.get("/progress")
    def progress(visit: Seller) -> Response:
        """Return the part of the page that tells how far the offers are read; the browser asks until all are."""
        return site.page(visit, "taking_over/progress.html", reading=desk.book.reading(visit.account.user_id))

    @routes.post("/read")
    def read(visit: Seller) -> Response:
        try:
            desk.read(visit.account.user_id, visit.actor)
        except Refused as error:
            return page(visit, refused=error.reason)
        return site.to(PATH, "offers_asked")

    @routes.post("/take-over")
    def take_over(visit: Seller) -> Response:
        name = visit.account.username
        try:
            job = desk.take_over(visit.account.user_id, name, name)
        except Refused as error:
            return page(visit, refused=error.reason)
        return site.to(f"/jobs/{job.id}")

    @routes.get("/left.csv")
    def left(visit: Seller) -> Response:
        return Download(desk.left(visit.account.user_id), visit.account.username, "offers-without-a-source.csv")

    return routes


def _naming(site: Site, desk: OfferDesk, page: OffersPage) -> APIRouter:
    routes = APIRouter()

    @routes.post("/source")
    def name_source(
        visit: Seller,
        sku: Annotated[str, Form(min_length=1, max_length=64)],
        source: Annotated[str, Form(max_length=LONGEST_SOURCE)] = "",
        back: Back = PATH,
    ) -> Response:
        """Name the source of one offer; an empty one takes it away."""
        try:
            desk.match.one(visit.account.user_id, sku, source, visit.actor)
        except Refused as error:
            return page(visit, Shown(q=sku), refused=error.reason)
        return site.to(back, "offer_matched" if source.strip() else "offer_freed", sku)

    @routes.post("/sources", max_body_size=MOST_BYTES + 10_000)
    def name_sources(visit: Seller, file: Annotated[UploadFile | None, File()] = None) -> Response:
        """Name the sources of many offers by a file."""
        if file is None or not file.filename:
            return page(visit, refused=NoFile())
        pieces: Iterator[bytes] = iter(lambda: file.file.read(READ_BYTES), b"")
        try:
            matched = desk.match.file(visit.account.user_id, pieces, visit.actor)
        except Refused as error:
            return page(visit, refused=error.reason)
        return page(visit, matched=matched)

    return routes
