"""A seller's job, and its progress."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from mercarich_reasons.jobs import FileToMendGone
from mercarich_reasons.reason import Reason
from mercarich_reasons.stored import loads


class Kind(StrEnum):
    SEARCH = "search"
    IMPORT = "import"


class State(StrEnum):
    WAITING = "waiting"
    """No worker has begun the job."""
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


class Phase(StrEnum):
    PREPARING = "preparing"
    """The job's file or queries are still being stored; no worker takes it."""
    MAPPING = "mapping"
    """The seller has to say which column is which; no worker takes the job."""
    SEARCHING = "searching"
    READING = "reading"
    COMPARING = "comparing"
    CONFIRMING = "confirming"
    """The rows are right, and the seller has to accept what they cost; no worker takes the job."""
    SOURCES = "sources"
    APPLYING = "applying"
    ENDED = "ended"


FIRST_PHASE = {Kind.SEARCH: Phase.SEARCHING, Kind.IMPORT: Phase.READING}

HOPELESS = "hopeless"
"""In an import's cursor: reading was given up, so that not all rows are known."""
AMONG_STAGED = "among_staged"
"""In an import's cursor: the staged rows that a comparison has found problems of."""
CAPACITY, ACCEPTED = "capacity", "accepted"
"""In an import's cursor: the reasons of `Job.capacity` as they are stored, and whether the seller has accepted them."""
RIGHT_ONES = "right_ones"
"""In an import's arguments: whether rows with problems are left out and the others taken."""
NEW_ONLY = "new_only"
"""In an import's arguments: whether a row is refused whose SKU is that of a listing which is there."""
FILE_GONE = "file_gone"
"""In an import's cursor: its file to mend was deleted before its time, because newer files needed its place."""
FILE = "file"
"""In an import's arguments: the name of its file."""
READ_SOON = "read_soon"
"""In an import's arguments: whether feed is to read the offers at Amazon once they are imported."""

ANSWER_WITHIN = timedelta(days=7)
"""Time that a seller has to accept an import; then it is closed."""

MENDABLE_FOR = timedelta(days=7)
"""Retention of an import's file when rows of it were wrong."""

_SHARES = {
    Phase.READING: (0, 60),
    Phase.COMPARING: (60, 30),
    Phase.CONFIRMING: (90, 0),
    Phase.SOURCES: (90, 8),
    Phase.APPLYING: (98, 1),
}
"""By phase of an import: the progress at which it begins and its share of it, both in percent."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as `mercarich job show` and the pages show it."""

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
    """Why the job ended this way, or why it waits."""
    created_by: str
    created_at: datetime
    heartbeat_at: datetime
    ended_at: datetime | None
    not_before: datetime | None
    claim: str | None
    attempts: int
    progress: int
    """Progress in percent; 100 only once the job has finished."""

    @property
    def capacity(self) -> Sequence[Reason]:
        """Return for each marketplace of an import's new sources whether its budget is enough with them."""
        return [loads(text) for text in self.cursor.get(CAPACITY, ())]

    def can_be_mended(self, now: datetime) -> bool:
        """The file is still stored and its rows were read. A wrong header is not mendable: it is wrong for all rows."""
        over = self.state in (State.FAILED, State.FINISHED)
        read = self.kind == Kind.IMPORT and over and self.cursor.get("records", 0) > 0
        if self.file_is_gone:
            return False
        return read and self.wrong > 0 and self.ended_at is not None and now - self.ended_at < MENDABLE_FOR

    @property
    def file_is_gone(self) -> bool:
        """Its file to mend was deleted before its time. A failed import tells it by its message."""
        return isinstance(self.message, FileToMendGone) or bool(self.cursor.get(FILE_GONE))

    def has_right_ones(self, now: datetime) -> bool:
        """None of its rows was imported, for the problems of some, and others have none."""
        none = self.state == State.FAILED and not self.cursor.get(HOPELESS)
        return none and self.can_be_mended(now) and self.cursor.get("staged", 0) > self.cursor.get(AMONG_STAGED, 0)


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
    """The first 100 problems."""


@dataclass(frozen=True, slots=True)
class JobList:
    jobs: Sequence[Job]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The result of a stop; `changed` is False when the job had ended before."""

    job: Job
    changed: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """The result of accepting an import; `changed` is False when it did not wait for that."""

    job: Job
    changed: bool


@dataclass(frozen=True, slots=True)
class Skipped:
    """The result of a skip; `changed` is False when the query was done or skipped before."""

    job_id: int
    query: JobQuery
    changed: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """The result of one look at the jobs."""

    taken_over: Sequence[int]
    """Ids of jobs that were taken from a worker without progress."""
    closed: Sequence[int]
    swept: int
    """Ended jobs that still had staged rows."""


def progress(state: str, phase: str, done: int, total: int | None, cursor: Mapping[str, Any]) -> int:
    """Return the progress in percent, computed from the job's row."""
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
    """The job belongs to another worker by now, or has ended: nothing was written."""


class WaitsForSeller(Exception):
    """The job waits until its seller has accepted it; that is written."""


class Changed(Exception):
    """The listings have changed since the staged rows were compared with them: nothing was written."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job claimed by a worker, as of the worker's last write."""

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
    by: str = ""
    """Who started it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The result of one page of a search."""

    made: int
    left_out: int


class Hints(Protocol):
    def waiting(self, kind: Kind, job_id: int) -> None:
        """Wake a worker. Never raises: workers poll the table anyway."""


@dataclass(frozen=True, slots=True)
class JobSettings:
    lease: timedelta
    """How long a job stays with a worker that makes no progress."""
    frozen_after: timedelta
    closed_after: timedelta
    slice_seconds: float
