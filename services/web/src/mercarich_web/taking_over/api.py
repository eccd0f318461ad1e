"""Offers that a seller has at Amazon, in the API: read, matched with sources, taken over."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, UploadFile
from fastapi.responses import StreamingResponse

from mercarich_contracts.audit import Actor
from mercarich_web.api.callers import caller
from mercarich_web.identity.api_keys import Keys
from mercarich_web.identity.keys import Scope
from mercarich_web.identity.people import Account
from mercarich_web.jobs.shapes import JobShape
from mercarich_web.jobs.shapes import job as job_shape
from mercarich_web.jobs.starting import MOST_BYTES
from mercarich_web.site.shares import Download
from mercarich_web.taking_over import shapes
from mercarich_web.taking_over.desk import OfferDesk
from mercarich_web.taking_over.offers import LONGEST_SEARCH, Standing

BY = "API"
READ_BYTES = 65_536


def routes(keys: Keys, desk: OfferDesk) -> APIRouter:
    routes = APIRouter(prefix="/offers", tags=["listings"])
    reader = Depends(caller(keys, Scope.LISTINGS_READ))
    writer = Depends(caller(keys, Scope.LISTINGS_WRITE))
    starter = Depends(caller(keys, Scope.JOBS_WRITE))

    @routes.get("", summary="Your offers at Amazon in the order of their SKUs, and what becomes of each")
    def page(
        standing: Standing | None = None,
        search: Annotated[str, Query(max_length=LONGEST_SEARCH)] = "",
        after: Annotated[str, Query(max_length=64)] = "",
        account: Account = reader,
    ) -> shapes.FoundOffers:
        user_id = account.user_id
        found = desk.book.page(user_id, standing, search.strip(), after)
        return shapes.found(found, desk.book.reading(user_id), desk.book.counts(user_id))

    @routes.get(
        "/left.csv",
        summary="Those without a source of their own, as CSV",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )
    def left(account: Account = reader) -> StreamingResponse:
        return Download(desk.left(account.user_id), account.username)

    @routes.post("/read", summary="Have your offers read at Amazon now", status_code=202)
    def read(account: Account = writer) -> None:
        desk.read(account.user_id, _by(account))

    @routes.post("/source", summary="Name the source of an offer, or take it away", status_code=204)
    def name_source(wish: shapes.SourceWish, account: Account = writer) -> None:
        desk.match.one(account.user_id, wish.sku, wish.source, _by(account))

    @routes.post("/sources", summary="Name sources by a CSV with sku and source", max_body_size=MOST_BYTES + 10_000)
    def name_sources(file: UploadFile, account: Account = writer) -> shapes.NamedSources:
        pieces = iter(lambda: file.file.read(READ_BYTES), b"")
        return shapes.named(desk.match.file(account.user_id, pieces, _by(account)))

    @routes.post("/take-over", summary="Take over all that are matched, by an import", status_code=201)
    def take_over(account: Account = starter) -> JobShape:
        return job_shape(desk.take_over(account.user_id, account.username, BY))

    return routes


def _by(account: Account) -> Actor:
    return Actor(f"{account.username} (API)", account.user_id)
