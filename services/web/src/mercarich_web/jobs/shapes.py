"""Shapes of jobs in the API. Fields are only added; none changes its meaning."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SEARCHED
from mercarich_web.api.reasons import Coded, code_of, english
from mercarich_web.jobs.jobs import Job, JobProblem


class JobShape(Coded):
    id: int
    kind: str
    state: str
    progress: int
    """Progress in percent."""
    made: int
    left_out: int
    wrong: int
    message: str | None
    """Why the job ended this way, or why it waits; `reason_code` belongs to this sentence."""
    created_at: datetime
    ended_at: datetime | None


class Jobs(BaseModel):
    jobs: Sequence[JobShape]


class Problems(BaseModel):
    """A job with the first hundred problems of its file."""

    job: JobShape
    problems: Sequence["ProblemOfLine"]


class ProblemOfLine(Coded):
    line: int
    column: str | None
    problem: str


class SearchWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    given: Annotated[list[Annotated[str, Field(min_length=1, max_length=1000)]], Field(min_length=1, max_length=500)]
    """Keywords, or addresses of searches."""
    marketplaces: list[Marketplace] = list(SEARCHED)
    price_min: Annotated[int, Field(ge=0)] | None = None
    price_max: Annotated[int, Field(ge=0)] | None = None
    pages: Annotated[int, Field(ge=1, le=100)] = 3


def job(one: Job) -> JobShape:
    told = {"message": english(one.message), **code_of(one.message)}
    names = JobShape.model_fields.keys() - told.keys()
    return JobShape(**{name: getattr(one, name) for name in names}, **told)


def problem(one: JobProblem) -> ProblemOfLine:
    return ProblemOfLine(line=one.line, column=one.column, problem=str(english(one.problem)), **code_of(one.problem))
