"""Jobs: bulk searches and imports, started, watched, stopped."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import Field

from mercarich_web.api.callers import caller
from mercarich_web.api.ids import Id
from mercarich_web.identity.api_keys import Keys
from mercarich_web.identity.keys import Scope
from mercarich_web.identity.people import Account
from mercarich_web.jobs import shapes
from mercarich_web.jobs.desk import JobDesk
from mercarich_web.jobs.search_queries import Wish
from mercarich_web.jobs.starting import MOST_BYTES, ImportWish, named_columns
from mercarich_web.site.shares import Download

BY = "API"
READ_BYTES = 65_536
MOST_COLUMNS = 500
NamedColumn = Annotated[str, Field(max_length=500, pattern="=")]


def routes(keys: Keys, desk: JobDesk) -> APIRouter:
    routes = APIRouter(tags=["jobs"])
    routes.include_router(_reading(keys, desk))
    routes.include_router(_starting(keys, desk))
    return routes


def _reading(keys: Keys, desk: JobDesk) -> APIRouter:
    routes = APIRouter(prefix="/jobs")
    reader = Depends(caller(keys, Scope.JOBS_READ))

    @routes.get("", summary="The newest jobs")
    def newest(limit: Annotated[int, Query(ge=1, le=200)] = 50, account: Account = reader) -> shapes.Jobs:
        return shapes.Jobs(jobs=[shapes.job(one) for one in desk.list(account.username, limit)])

    @routes.get("/{job_id}", summary="How far a job is, and what is wrong with its file")
    def one(job_id: Id, account: Account = reader) -> shapes.Problems:
        found = desk.show(job_id, account.username)
        return shapes.Problems(job=shapes.job(found.job), problems=[shapes.problem(each) for each in found.problems])

    @routes.get(
        "/{job_id}/to-mend.csv",
        summary="The file of an import that failed by its rows, with a column that says what is wrong",
        response_class=StreamingResponse,
    )
    def to_mend(job_id: Id, account: Account = reader) -> StreamingResponse:
        return Download(desk.to_mend(job_id, account.username), account.username)

    return routes


def _starting(keys: Keys, desk: JobDesk) -> APIRouter:
    routes = APIRouter(prefix="/jobs")
    writer = Depends(caller(keys, Scope.JOBS_WRITE))

    @routes.post("/searches", status_code=201, summary="Start a bulk search; what it finds becomes drafts")
    def search(wish: shapes.SearchWish, account: Account = writer) -> shapes.JobShape:
        wanted = Wish(wish.given, tuple(wish.marketplaces), wish.price_min, wish.price_max, wish.pages)
        return shapes.job(desk.start_search(account.username, wanted, BY))

    @routes.post(
        "/imports",
        status_code=201,
        summary="Start an import of a CSV file, .xlsx, .xls or .ods",
        max_body_size=MOST_BYTES + 10_000,
    )
    def start_import(
        file: UploadFile,
        column: Annotated[list[NamedColumn], Form(max_length=MOST_COLUMNS)] = [],  # noqa: B006
        leave_out_others: Annotated[bool, Form()] = False,
        right_ones: Annotated[bool, Form()] = False,
        account: Account = writer,
    ) -> shapes.JobShape:
        """`column` is `NAME=FIELD` of a column that has another name than ours, `NAME=` to leave it out. Other columns
        that are none of ours refuse the file, unless `leave_out_others`; rows with problems do, unless `right_ones`."""
        pieces = iter(lambda: file.file.read(READ_BYTES), b"")
        wish = ImportWish(columns=named_columns(column), leave_out_others=leave_out_others, right_ones=right_ones)
        return shapes.job(desk.start_import(account.username, file.filename or "api.csv", pieces, BY, wish))

    @routes.post("/{job_id}/right-ones", status_code=201, summary="Import the rows without problems of a failed import")
    def take_right_ones(job_id: Id, account: Account = writer) -> shapes.JobShape:
        return shapes.job(desk.take_right_ones(job_id, account.username, BY))

    @routes.post("/{job_id}/stop", summary="End a job; nothing changes where it has ended")
    def stop(job_id: Id, account: Account = writer) -> shapes.JobShape:
        return shapes.job(desk.stop(job_id, BY, account.username).job)

    @routes.post("/{job_id}/accept", summary="Go on with an import that the budget of calls is not enough for")
    def accept(job_id: Id, account: Account = writer) -> shapes.JobShape:
        return shapes.job(desk.accept(job_id, account.username).job)

    return routes
