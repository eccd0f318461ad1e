"""Jobs as a seller uses them: start, list, show, stop, skip. `username` None is the operator, who sees all jobs."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_reasons.jobs import ImportStopped, PagesOutOfRange, PricesCrossed, SearchStopped
from mercarich_web.jobs.found import found_job, seller_of
from mercarich_web.jobs.jobs import Accepted, Hints, Job, JobDetails, JobProblem, Kind, Skipped, Stopped
from mercarich_web.jobs.mend_file import FileToMend
from mercarich_web.jobs.one_item import WatchItem
from mercarich_web.jobs.search_queries import MOST_PAGES, BadQuery, Query, Wish, read_queries
from mercarich_web.jobs.sql.book import SqlJobBook
from mercarich_web.jobs.starting import MapColumns, ShowMapping, StartImport, TakeRightOnes
from mercarich_web.refusals import NotFound, Refused

PROBLEMS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class StartSearch:
    """Start a bulk search. Raises `NotFound` (no such seller) and `Refused`."""

    jobs: SqlJobBook
    hints: Hints
    now: Clock

    def __call__(self, username: str, wish: Wish, by: str) -> Job:
        user_id = seller_of(self.jobs, username)
        queries = self._queries(wish)
        arguments = {"pages": wish.pages, "queries": len(queries)}
        job_id = self.jobs.start(user_id, Kind.SEARCH, arguments, by, self.now())
        self.jobs.add_queries(job_id, queries)
        self.jobs.ready(job_id, arguments, {"pages": wish.pages}, len(queries))
        self.hints.waiting(Kind.SEARCH, job_id)
        return found_job(self.jobs, job_id, None)

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
class ShowJob:
    """Return a job. Raises `NotFound`, also for another seller's job."""

    jobs: SqlJobBook

    def __call__(self, job_id: int, username: str | None = None) -> JobDetails:
        job = found_job(self.jobs, job_id, username)
        return JobDetails(job, self.jobs.queries(job_id), list(self.jobs.problems(job_id, PROBLEMS_SHOWN)))


@dataclass(frozen=True, slots=True)
class JobProblems:
    """Yield all problems of an import's file, one by one. Raises `NotFound`."""

    jobs: SqlJobBook

    def __call__(self, job_id: int, username: str | None = None) -> Iterable[JobProblem]:
        found_job(self.jobs, job_id, username)
        return self.jobs.problems(job_id, None)


@dataclass(frozen=True, slots=True)
class StopJob:
    """End a job at once, whatever its worker is doing. Raises `NotFound`."""

    jobs: SqlJobBook
    now: Clock
    discard: Callable[[int], None]

    def __call__(self, job_id: int, by: str, username: str | None = None) -> Stopped:
        job = found_job(self.jobs, job_id, username)
        why = SearchStopped(by) if job.kind == Kind.SEARCH else ImportStopped(by)
        changed = self.jobs.stop(job_id, why, self.now())
        if changed:
            self.discard(job_id)
        return Stopped(found_job(self.jobs, job_id, username), changed)


@dataclass(frozen=True, slots=True)
class AcceptImport:
    """Go on with an import although looks come later with it than the plans promise. Raises `NotFound`."""

    jobs: SqlJobBook
    hints: Hints
    now: Clock

    def __call__(self, job_id: int, username: str | None = None) -> Accepted:
        found_job(self.jobs, job_id, username)
        changed = self.jobs.accept(job_id, self.now())
        if changed:
            self.hints.waiting(Kind.IMPORT, job_id)
        return Accepted(found_job(self.jobs, job_id, username), changed)


@dataclass(frozen=True, slots=True)
class SkipQuery:
    """Skip one keyword or address of a search from its next page on. Raises `NotFound`."""

    jobs: SqlJobBook

    def __call__(self, job_id: int, number: int, username: str | None = None) -> Skipped:
        found_job(self.jobs, job_id, username)
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
    watch_item: WatchItem
    list: Callable[[str | None, int], Sequence[Job]]
    """Jobs, newest first; of all sellers when no name is given."""
    show: ShowJob
    several: Callable[[Collection[int]], Mapping[int, Job]]
    """Those jobs that exist, by id and of any owner."""
    problems: JobProblems
    to_mend: FileToMend
    mapping: ShowMapping
    map_columns: MapColumns
    take_right_ones: TakeRightOnes
    stop: StopJob
    accept: AcceptImport
    skip: SkipQuery
