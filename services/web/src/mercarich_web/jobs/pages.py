"""A seller's bulk searches and CSV imports: start, watch, stop, skip, and the problems of a file."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SEARCHED
from mercarich_reasons.jobs import NoFile
from mercarich_web.api.ids import Id
from mercarich_web.jobs.desk import MOST_BYTES, JobDesk
from mercarich_web.jobs.jobs import JobProblem
from mercarich_web.jobs.mend_file import Tell
from mercarich_web.jobs.search_queries import Wish
from mercarich_web.listings.csv_rows import neutralised
from mercarich_web.listings.export import BOM, as_lines
from mercarich_web.refusals import Refused
from mercarich_web.site.rendering import Site
from mercarich_web.site.shares import Download
from mercarich_web.site.streams import Followed
from mercarich_web.site.telling import told
from mercarich_web.site.visits import Seller, Visit

SHOWN = 30
READ_BYTES = 65_536
Price = Annotated[str, Form(max_length=9, pattern=r"^\d*$")]


def routes(site: Site, desk: JobDesk) -> APIRouter:
    routes = APIRouter()
    routes.include_router(_starting(site, desk))
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
            job = desk.start_import(name, file.filename, iter(lambda: file.file.read(READ_BYTES), b""), name)
        except Refused as error:
            return page(visit, 422, import_problem=error.reason)
        return site.to(f"/jobs/{job.id}")

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


def _watching(site: Site, desk: JobDesk) -> APIRouter:
    routes = APIRouter(prefix="/jobs/{job_id}")
    followed = Followed(desk.several)

    def teller(visit: Visit) -> Tell:
        return partial(told, language=visit.language)

    @routes.get("")
    def one(visit: Seller, job_id: Id) -> Response:
        return site.page(visit, "jobs/job.html", details=desk.show(job_id, visit.account.username))

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


def _yen(text: str) -> int | None:
    return int(text) if text else None


def _as_csv(problems: Iterator[JobProblem], tell: Tell) -> Iterator[str]:
    yield BOM + as_lines([("line", "column", "problem")])
    for one in problems:
        yield as_lines([(one.line, one.column or "", neutralised(tell(one.problem)))])
