"""Jobs as a seller uses them: start, list, show, stop, skip. `username` None is the operator, who sees all jobs."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from mercarich_platform.clock import Clock
from mercarich_reasons.jobs import (
    FileEncoding,
    FilesTakeTooMuch,
    FileTooLarge,
    ImportStopped,
    PagesOutOfRange,
    PricesCrossed,
    SearchStopped,
    TooManyFiles,
    TooManyJobs,
)
from mercarich_web.jobs import csv_records
from mercarich_web.jobs.jobs import READ_SOON, Accepted, Hints, Job, JobDetails, JobProblem, Kind, Skipped, Stopped
from mercarich_web.jobs.mend_file import FileToMend
from mercarich_web.jobs.room import FILES_AN_HOUR, MOST_KEPT, FilesAnHour, making_room
from mercarich_web.jobs.search_queries import MOST_PAGES, BadQuery, Query, Wish, read_queries
from mercarich_web.jobs.sql.book import SqlJobBook
from mercarich_web.jobs.sql.files import PIECE, SqlJobFiles
from mercarich_web.refusals import NotFound, Refused

MOST_OPEN = 50
"""Open jobs of one kind that a seller may have."""
MOST_BYTES = 50_000_000
LOOKED_AT_EVERY = 20 * PIECE
"""Bytes of a file after which it is asked again whether the seller's files take too much."""
PROBLEMS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class StartSearch:
    """Start a bulk search. Raises `NotFound` (no such seller) and `Refused`."""

    jobs: SqlJobBook
    hints: Hints
    now: Clock

    def __call__(self, username: str, wish: Wish, by: str) -> Job:
        user_id = _seller(self.jobs, username)
        queries = self._queries(wish)
        arguments = {"pages": wish.pages, "queries": len(queries)}
        job_id = self.jobs.start(user_id, Kind.SEARCH, arguments, by, self.now())
        self.jobs.add_queries(job_id, queries)
        self.jobs.ready(job_id, arguments, {"pages": wish.pages}, len(queries))
        self.hints.waiting(Kind.SEARCH, job_id)
        return _found(self.jobs, job_id, None)

    def _queries(self, wish: Wish) -> list[Query]:
        if not 1 <= wish.pages <= MOST_PAGES:
            raise Refused(PagesOutOfRange(MOST_PAGES, wish.pages))
        if wish.price_min is not None and wish.price_max is not None and wish.price_min > wish.price_max:
            raise Refused(PricesCrossed(wish.price_min, wish.price_max))
        try:
            return read_queries(wish.given, wish.marketplaces, wish.price_min, wish.price_max)
        except BadQuery as error:
            raise Refused(error.reason) from error


@dataclass(frozen=True, slots=True)
class StartImport:
    """Start an import. The file's bytes are stored as they arrive, in bounded memory.

    A seller's oldest files to mend go when all files take more than `MOST_KEPT`, once the new one is known to be good.
    Raises `NotFound` and `Refused`.
    """

    jobs: SqlJobBook
    files: SqlJobFiles
    sent: FilesAnHour
    hints: Hints
    now: Clock

    def __call__(
        self, username: str, file_name: str, data: Iterable[bytes], by: str, *, read_soon: bool = False
    ) -> Job:
        """`read_soon`: have the offers read at Amazon once they are imported."""
        user_id = _seller(self.jobs, username)
        wait = self.sent.take(user_id)
        if wait > 0:
            raise Refused(TooManyFiles(FILES_AN_HOUR, math.ceil(wait / 60)))
        named: dict[str, Any] = {"file": file_name[-200:].encode(errors="replace").decode()}
        named |= {READ_SOON: True} if read_soon else {}
        job_id = self.jobs.start(user_id, Kind.IMPORT, named, by, self.now())
        with ExitStack() as unless_kept:
            unless_kept.callback(self.jobs.abandon, job_id)
            size = self._keep(user_id, job_id, data)
            encoding = csv_records.encoding_of(self.jobs.stored(job_id))
            if encoding is None:
                raise Refused(FileEncoding())
            self._make_room(user_id)
            unless_kept.pop_all()
        cursor = {"offset": 0, "line": 1, "staged": 0, "records": 0, "bad_lines": 0, "size": size}
        self.jobs.ready(job_id, {**named, "size": size, "encoding": encoding}, cursor, None)
        self.hints.waiting(Kind.IMPORT, job_id)
        return _found(self.jobs, job_id, None)

    def _keep(self, user_id: int, job_id: int, data: Iterable[bytes]) -> int:
        place = 0
        for chunk in _even(data):
            if place + len(chunk) > MOST_BYTES:
                raise Refused(FileTooLarge(MOST_BYTES // 1_000_000))
            if place == 0 and csv_records.encoding_of([chunk], whole=False) is None:
                raise Refused(FileEncoding())
            if place % LOOKED_AT_EVERY == 0:
                self._in_the_way(user_id, len(chunk))
            self.jobs.add_chunk(job_id, place, chunk)
            place += len(chunk)
        return place

    def _make_room(self, user_id: int) -> None:
        """Drop files to mend for a file that was stored. Not before: for one that is refused in the end none goes."""
        for job_id in self._in_the_way(user_id, 0):
            self.files.drop(job_id, self.now())

    def _in_the_way(self, user_id: int, more: int) -> Sequence[int]:
        """Return the jobs whose files to mend must go before `more` bytes fit."""
        going = making_room(self.files.kept(user_id, self.now()), more)
        if going is None:
            raise Refused(FilesTakeTooMuch(MOST_KEPT // 1_000_000))
        return going


@dataclass(frozen=True, slots=True)
class ShowJob:
    """Return a job. Raises `NotFound`, also for another seller's job."""

    jobs: SqlJobBook

    def __call__(self, job_id: int, username: str | None = None) -> JobDetails:
        job = _found(self.jobs, job_id, username)
        return JobDetails(job, self.jobs.queries(job_id), list(self.jobs.problems(job_id, PROBLEMS_SHOWN)))


@dataclass(frozen=True, slots=True)
class JobProblems:
    """Yield all problems of an import's file, one by one. Raises `NotFound`."""

    jobs: SqlJobBook

    def __call__(self, job_id: int, username: str | None = None) -> Iterable[JobProblem]:
        _found(self.jobs, job_id, username)
        return self.jobs.problems(job_id, None)


@dataclass(frozen=True, slots=True)
class StopJob:
    """End a job at once, whatever its worker is doing. Raises `NotFound`."""

    jobs: SqlJobBook
    now: Clock
    discard: Callable[[int], None]

    def __call__(self, job_id: int, by: str, username: str | None = None) -> Stopped:
        job = _found(self.jobs, job_id, username)
        why = SearchStopped(by) if job.kind == Kind.SEARCH else ImportStopped(by)
        changed = self.jobs.stop(job_id, why, self.now())
        if changed:
            self.discard(job_id)
        return Stopped(_found(self.jobs, job_id, username), changed)


@dataclass(frozen=True, slots=True)
class AcceptImport:
    """Go on with an import although looks come later with it than the plans promise. Raises `NotFound`."""

    jobs: SqlJobBook
    hints: Hints
    now: Clock

    def __call__(self, job_id: int, username: str | None = None) -> Accepted:
        _found(self.jobs, job_id, username)
        changed = self.jobs.accept(job_id, self.now())
        if changed:
            self.hints.waiting(Kind.IMPORT, job_id)
        return Accepted(_found(self.jobs, job_id, username), changed)


@dataclass(frozen=True, slots=True)
class SkipQuery:
    """Skip one keyword or address of a search from its next page on. Raises `NotFound`."""

    jobs: SqlJobBook

    def __call__(self, job_id: int, number: int, username: str | None = None) -> Skipped:
        _found(self.jobs, job_id, username)
        changed = self.jobs.skip(job_id, number)
        for query in self.jobs.queries(job_id):
            if query.number == number:
                return Skipped(job_id, query, changed)
        raise NotFound(f"job {job_id} has no search {number}; `mercarich job show {job_id}` lists them")


@dataclass(frozen=True, slots=True)
class JobDesk:
    """Everything that a seller's pages do with jobs."""

    start_search: StartSearch
    start_import: StartImport
    list: Callable[[str | None, int], Sequence[Job]]
    """Jobs, newest first; of all sellers when no name is given."""
    show: ShowJob
    several: Callable[[Collection[int]], Mapping[int, Job]]
    """Those jobs that exist, by id and of any owner."""
    problems: JobProblems
    to_mend: FileToMend
    stop: StopJob
    accept: AcceptImport
    skip: SkipQuery


def _seller(jobs: SqlJobBook, username: str) -> int:
    user_id = jobs.seller(username)
    if user_id is None:
        raise NotFound(f"there is no seller {username!r}")
    if jobs.open_jobs(user_id) >= MOST_OPEN:
        raise Refused(TooManyJobs(username, MOST_OPEN))
    return user_id


def _found(jobs: SqlJobBook, job_id: int, username: str | None) -> Job:
    job = jobs.get(job_id)
    if job is None or (username is not None and job.username != username):
        raise NotFound(f"there is no job {job_id}; `mercarich job list` shows the last ones")
    return job


def _even(data: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of `PIECE` bytes."""
    held = bytearray()
    for piece in data:
        held += piece
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)
