"""A seller's bulk searches and CSV imports: start, watch, stop, skip, and the problems of a file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SEARCHED
from mercarich_reasons.jobs import NoFile
from mercarich_reasons.reason import Reason
from mercarich_web.api.ids import Id
from mercarich_web.jobs.desk import JobDesk
from mercarich_web.jobs.jobs import Job, JobProblem, Phase
from mercarich_web.jobs.layouts import FIELDS
from mercarich_web.jobs.mend_file import Tell
from mercarich_web.jobs.one_item import SOURCE
from mercarich_web.jobs.search_queries import Wish
from mercarich_web.jobs.starting import MOST_BYTES, ImportWish
from mercarich_web.jobs.words import COLUMN_WORDS, EXAMPLE, EXAMPLE_SKU
from mercarich_web.listings.csv_rows import LONGEST, neutralised
from mercarich_web.listings.export import BOM, as_lines
from mercarich_web.refusals import Refused
from mercarich_web.site.languages import catalogue
from mercarich_web.site.rendering import Site
from mercarich_web.site.shares import Download
from mercarich_web.site.streams import Followed
from mercarich_web.site.telling import told
from mercarich_web.site.visits import Seller, Visit

SHOWN = 30
READ_BYTES = 65_536
MOST_COLUMNS = 500
LONGEST_TYPED = 1_000
Columns = Annotated[Sequence[Annotated[str, Field(max_length=32)]], Query(max_length=MOST_COLUMNS)]
GivenColumns = Annotated[Sequence[Annotated[str, Field(max_length=32)]], Form(max_length=MOST_COLUMNS)]
Text = Annotated[str, Query(max_length=LONGEST_TYPED)]
Typed = Annotated[str, Field(max_length=LONGEST_TYPED)]
BOOKMARKLET = (
    "javascript:void(window.open('%s?source='+encodeURIComponent(location.href.slice(0,1000))"
    "+'&title='+encodeURIComponent(Array.from(document.title).slice(0,255).join(''))))"
)
"""The address of a bookmark that opens the form for the page of an item, with that page's address and title."""
_NO_ADDRESS = re.compile(r"[^A-Za-z0-9.:/\[\]_-]")
Price = Annotated[str, Form(max_length=9, pattern=r"^\d*$")]


class ItemForm(BaseModel):
    """The fields of `one_item`, as typed."""

    sku: Typed = ""
    source_id: Typed = ""
    asin: Typed = ""
    title: Typed = ""
    quantity: Typed = ""
    price: Typed = ""
    listed: Typed = "no"


def routes(site: Site, desk: JobDesk, public_url: str) -> APIRouter:
    routes = APIRouter()
    routes.include_router(_starting(site, desk))
    routes.include_router(_one_item(site, desk, public_url))
    routes.include_router(_mapping(site, desk))
    routes.include_router(_watching(site, desk))
    return routes


def _starting(site: Site, desk: JobDesk) -> APIRouter:
    routes = APIRouter(prefix="/jobs")

    def page(visit: Visit, status: int = 200, **given: object) -> Response:
        jobs = desk.list(visit.account.username, SHOWN)
        values = {"import_problem": None, "search_problem": None, "given": ""} | given
        return site.page(visit, "jobs/jobs.html", status, jobs=jobs, **values)

    @routes.get("")
    def table(visit: Seller) -> Response:
        return page(visit)

    @routes.post("/import", max_body_size=MOST_BYTES + 10_000)
    def start_import(visit: Seller, file: Annotated[UploadFile | None, File()] = None) -> Response:
        name = visit.account.username
        if file is None or not file.filename:
            return page(visit, 422, import_problem=NoFile())
        try:
            pieces = iter(lambda: file.file.read(READ_BYTES), b"")
            job = desk.start_import(name, file.filename, pieces, name, ImportWish(asks=True))
        except Refused as error:
            return page(visit, 422, import_problem=error.reason)
        return site.to(f"/jobs/{job.id}")

    @routes.get("/template.csv")
    def template(visit: Seller) -> Response:
        """A file to fill in: the columns by their names in the visitor's language, and an example that is left out."""
        say = catalogue(visit.language).ugettext
        example = [say(EXAMPLE_SKU), *EXAMPLE.values()]
        lines = iter([BOM + as_lines([[say(COLUMN_WORDS[field]) for field in ("sku", *EXAMPLE)], example])])
        return Download(lines, visit.account.username, "listings.csv")

    @routes.post("/search")
    def start_search(
        visit: Seller,
        given: Annotated[str, Form(max_length=50_000)] = "",
        market: Annotated[list[Marketplace] | None, Form()] = None,
        price_min: Price = "",
        price_max: Price = "",
        pages: Annotated[int, Form(ge=1, le=100)] = 3,
    ) -> Response:
        name = visit.account.username
        lines = [line.strip() for line in given.splitlines() if line.strip()]
        wish = Wish(lines, tuple(market or SEARCHED), _yen(price_min), _yen(price_max), pages)
        try:
            job = desk.start_search(name, wish, name)
        except Refused as error:
            return page(visit, 422, search_problem=error.reason, given=given)
        return site.to(f"/jobs/{job.id}")

    return routes


def _one_item(site: Site, desk: JobDesk, public_url: str) -> APIRouter:
    """Before the routes of `/jobs/{job_id}`."""
    routes = APIRouter(prefix="/jobs/item")

    def page(visit: Visit, request: Request, given: Mapping[str, str], **told: object) -> Response:
        # Of another `Host`, what could end the bookmark's string; a browser decodes what is percent-encoded.
        here = _NO_ADDRESS.sub("", f"{public_url or str(request.base_url).rstrip('/')}/jobs/item")
        values = {"given": given, "wrong": {}, "refused": None, "bookmarklet": BOOKMARKLET % here} | told
        return site.page(visit, "jobs/item.html", 422 if told else 200, longest=LONGEST_TYPED, limits=LONGEST, **values)

    @routes.get("")
    def form(visit: Seller, request: Request, source: Text = "", title: Text = "") -> Response:
        """The form; a bookmark on the page of an item fills it in."""
        found = {SOURCE: source.strip(), "title": title.strip()[: LONGEST["title"]]}
        return page(visit, request, found | {"quantity": "1"})

    @routes.post("")
    def watch(visit: Seller, request: Request, item: Annotated[ItemForm, Form()]) -> Response:
        given, name = item.model_dump(), visit.account.username
        try:
            found = desk.watch_item(name, given, name)
        except Refused as error:
            return page(visit, request, given, refused=error.reason)
        return site.to(f"/jobs/{found.id}") if isinstance(found, Job) else page(visit, request, given, wrong=found)

    return routes


def _watching(site: Site, desk: JobDesk) -> APIRouter:
    routes = APIRouter(prefix="/jobs/{job_id}")
    followed = Followed(desk.several)

    def teller(visit: Visit) -> Tell:
        return partial(told, language=visit.language)

    @routes.get("/progress")
    def progress(visit: Seller, job_id: Id) -> Response:
        """Stream the part of the page that changes."""
        desk.show(job_id, visit.account.username)
        return followed.stream(
            job_id,
            lambda job: site.part(visit, "jobs/job_progress.html", job=job),
            lambda job: job.ended_at is not None,
        )

    @routes.get("/problems.csv")
    def problems(visit: Seller, job_id: Id) -> Response:
        lines = _as_csv(iter(desk.problems(job_id, visit.account.username)), teller(visit))
        return Download(lines, visit.account.username, f"problems-{job_id}.csv")

    @routes.get("/to-mend.csv")
    def to_mend(visit: Seller, job_id: Id) -> Response:
        text = desk.to_mend(job_id, visit.account.username, teller(visit))
        return Download(text, visit.account.username, f"to-mend-{job_id}.csv")

    @routes.post("/stop")
    def stop(visit: Seller, job_id: Id) -> Response:
        desk.stop(job_id, visit.account.username, visit.account.username)
        return site.to(f"/jobs/{job_id}", "job_stopped", str(job_id))

    @routes.post("/accept")
    def accept(visit: Seller, job_id: Id) -> Response:
        changed = desk.accept(job_id, visit.account.username).changed
        return site.to(f"/jobs/{job_id}", "import_accepted" if changed else "nothing_changed", str(job_id))

    @routes.post("/skip/{number}")
    def skip(visit: Seller, job_id: Id, number: Id) -> Response:
        desk.skip(job_id, number, visit.account.username)
        return site.to(f"/jobs/{job_id}", "search_skipped", str(number))

    return routes


def _mapping(site: Site, desk: JobDesk) -> APIRouter:
    routes = APIRouter(prefix="/jobs/{job_id}")

    def mapping(visit: Visit, job: Job, columns: Sequence[str], refused: Reason | None = None) -> Response:
        shown = desk.mapping(job, columns)
        status = 200 if refused is None else 422
        return site.page(visit, "jobs/mapping.html", status, job=job, shown=shown, fields=FIELDS, refused=refused)

    @routes.get("")
    def one(visit: Seller, job_id: Id, column: Columns = ()) -> Response:
        """A job; of one that waits for its columns, which is which: `column` of each, in the order of the file."""
        details = desk.show(job_id, visit.account.username)
        if details.job.phase == Phase.MAPPING:
            return mapping(visit, details.job, column)
        return site.page(visit, "jobs/job.html", details=details)

    @routes.post("/columns")
    def map_columns(
        visit: Seller, job_id: Id, column: GivenColumns = (), right_ones: Annotated[bool, Form()] = False
    ) -> Response:
        name = visit.account.username
        try:
            changed = desk.map_columns(job_id, column, name, right_ones=right_ones)
        except Refused as error:
            return mapping(visit, desk.show(job_id, name).job, column, error.reason)
        return site.to(f"/jobs/{job_id}") if changed else site.to(f"/jobs/{job_id}", "nothing_changed", str(job_id))

    @routes.post("/right-ones")
    def take_right_ones(visit: Seller, job_id: Id) -> Response:
        name = visit.account.username
        job = desk.take_right_ones(job_id, name, name)
        return site.to(f"/jobs/{job.id}")

    return routes


def _yen(text: str) -> int | None:
    return int(text) if text else None


def _as_csv(problems: Iterator[JobProblem], tell: Tell) -> Iterator[str]:
    yield BOM + as_lines([("line", "column", "problem")])
    for one in problems:
        yield as_lines([(one.line, one.column or "", neutralised(tell(one.problem)))])
