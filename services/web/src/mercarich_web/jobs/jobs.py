"""A seller's job: what it is, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from mercarich_reasons.reason import Reason


class Kind(StrEnum):
    SEARCH = "search"
    IMPORT = "import"


class State(StrEnum):
    WAITING = "waiting"
    """No worker has begun it."""
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


class Phase(StrEnum):
    PREPARING = "preparing"
    """Its file or its queries are still being stored; no worker takes it."""
    SEARCHING = "searching"
    READING = "reading"
    COMPARING = "comparing"
    SOURCES = "sources"
    APPLYING = "applying"
    ENDED = "ended"


FIRST_PHASE = {Kind.SEARCH: Phase.SEARCHING, Kind.IMPORT: Phase.READING}

MENDABLE_FOR = timedelta(days=7)
"""So long the file of an import is kept whose rows were wrong."""

_SHARES = {Phase.READING: (0, 60), Phase.COMPARING: (60, 30), Phase.SOURCES: (90, 8), Phase.APPLYING: (98, 1)}
"""Of an import's time: where a phase begins and how much of 100 it takes."""


@dataclass(frozen=True, slots=True)
class Job:
    """As `mercarich job show` and pages tell it."""

    id: int
    username: str
    kind: str
    state: str
    phase: str
    arguments: Mapping[str, Any]
    cursor: Mapping[str, Any]
    total: int | None
    done: int
    made: int
    left_out: int
    wrong: int
    message: Reason | None
    """Why it ended so, or waits."""
    created_by: str
    created_at: datetime
    heartbeat_at: datetime
    ended_at: datetime | None
    not_before: datetime | None
    claim: str | None
    attempts: int
    progress: int
    """Percent; 100 only once it has finished."""

    def can_be_mended(self, now: datetime) -> bool:
        """Its file is still there, and its rows were read: a header that is wrong is wrong for all of them."""
        read = self.kind == Kind.IMPORT and self.state == State.FAILED and self.cursor.get("records", 0) > 0
        return read and self.wrong > 0 and self.ended_at is not None and now - self.ended_at < MENDABLE_FOR


@dataclass(frozen=True, slots=True)
class JobQuery:
    number: int
    given: str
    marketplace: str
    keyword: str
    state: str
    page: int
    made: int
    problem: Reason | None


@dataclass(frozen=True, slots=True)
class JobProblem:
    line: int
    column: str | None
    problem: Reason


@dataclass(frozen=True, slots=True)
class JobDetails:
    job: Job
    queries: Sequence[JobQuery]
    problems: Sequence[JobProblem]
    """The first hundred."""


@dataclass(frozen=True, slots=True)
class JobList:
    jobs: Sequence[Job]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """`changed` is False when the job had ended before."""

    job: Job
    changed: bool


@dataclass(frozen=True, slots=True)
class Skipped:
    """`changed` is False when the query was done, or skipped, before."""

    job_id: int
    query: JobQuery
    changed: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """What one look at the jobs did."""

    taken_over: Sequence[int]
    """Ids of jobs that were taken from a worker that does not move."""
    closed: Sequence[int]
    swept: int
    """Ended jobs whose staged rows were still there."""


def progress(state: str, phase: str, done: int, total: int | None, cursor: Mapping[str, Any]) -> int:
    """Percent of a job, from what its row says."""
    if state == State.FINISHED:
        return 100
    if phase == Phase.SEARCHING:
        pages = max(1, int(cursor.get("pages", 1)))
        share = (done + min(1.0, int(cursor.get("page", 0)) / pages)) / max(1, total or 1)
        return min(99, int(100 * share))
    if phase not in _SHARES:
        return 0
    begin, width = _SHARES[Phase(phase)]
    whole = cursor.get("size") if phase == Phase.READING else total
    part = cursor.get("offset", 0) if phase == Phase.READING else cursor.get("number", 0)
    return min(99, begin + int(width * min(1.0, part / max(1, whole or 1))))


class Overtaken(Exception):
    """The job is another worker's by now, or has ended: nothing was written."""


class Changed(Exception):
    """The listings are no longer what the staged rows were compared with: nothing was written."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in a worker's hands, as of its last write."""

    job_id: int
    user_id: int
    kind: Kind
    fence: int
    phase: Phase
    arguments: Mapping[str, Any]
    cursor: Mapping[str, Any]
    done: int
    wrong: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What one page of a search gave."""

    made: int
    left_out: int


class Hints(Protocol):
    def waiting(self, kind: Kind, job_id: int) -> None:
        """Wake a worker. Never raises: workers look into the table anyway."""


@dataclass(frozen=True, slots=True)
class JobSettings:
    lease: timedelta
    """How long a job stays with a worker that makes no progress."""
    frozen_after: timedelta
    closed_after: timedelta
    slice_seconds: float
