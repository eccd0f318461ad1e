"""Build the use cases of sellers' jobs, on their queries and the broker."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine

from mercarich_contracts.topics import JOBS
from mercarich_platform.clock import Clock
from mercarich_platform.kafka import AnyPublisher, Publisher
from mercarich_platform.settings import SharedSettings
from mercarich_web.jobs.desk import (
    AcceptImport,
    JobDesk,
    JobProblems,
    ShowJob,
    SkipQuery,
    StartSearch,
    StopJob,
)
from mercarich_web.jobs.hints_kafka import HintsMeanwhile, KafkaHints
from mercarich_web.jobs.jobs import JobList
from mercarich_web.jobs.mend_file import FileToMend
from mercarich_web.jobs.one_item import WatchItem
from mercarich_web.jobs.room import FilesAnHour
from mercarich_web.jobs.sql.book import SqlJobBook
from mercarich_web.jobs.sql.claims import SqlDesk
from mercarich_web.jobs.sql.files import SqlJobFiles
from mercarich_web.jobs.sql.import_comparison import skus_with
from mercarich_web.jobs.starting import MapColumns, ShowMapping, StartImport, TakeRightOnes
from mercarich_web.jobs.watch import WatchJobs
from mercarich_web.listings.export import ExportListings
from mercarich_web.listings.sql.book import SqlListingBook


@dataclass(frozen=True, slots=True)
class Jobs:
    """Every use case of jobs. Nothing is connected before the first call."""

    start_search: StartSearch
    start_import: StartImport
    list_jobs: Callable[[str | None, int], JobList]
    show: ShowJob
    problems: JobProblems
    stop: StopJob
    accept: AcceptImport
    skip: SkipQuery
    watch: WatchJobs
    export: ExportListings


@contextmanager
def jobs_of(
    engine: Engine, settings: SharedSettings, now: Clock, *, publisher: AnyPublisher | None = None
) -> Iterator[Jobs]:
    """Build the use cases. A publisher that is passed is not closed here."""
    with ExitStack() as own:
        if publisher is None:
            publisher = made = Publisher(settings.kafka, client_id="web-jobs", topics=tuple(JOBS.values()))
            own.callback(made.close)
        yield _jobs(engine, KafkaHints(publisher), now)


def _jobs(engine: Engine, hints: KafkaHints, now: Clock) -> Jobs:
    book = SqlJobBook(engine, now)
    discard = SqlDesk(engine, lambda: timedelta(0), now).discard
    return Jobs(
        start_search=StartSearch(book, hints, now),
        start_import=StartImport(book, SqlJobFiles(engine), FilesAnHour(), hints, now),
        list_jobs=lambda username, limit: JobList(book.list(username, limit)),
        show=ShowJob(book),
        problems=JobProblems(book),
        stop=StopJob(book, now, discard),
        accept=AcceptImport(book, hints, now),
        skip=SkipQuery(book),
        watch=WatchJobs(book, hints, discard, now),
        export=ExportListings(book.seller, SqlListingBook(engine)),
    )


@contextmanager
def job_desk(engine: Engine, settings: SharedSettings, now: Clock) -> Iterator[JobDesk]:
    """Build what a seller's pages do with jobs."""
    publisher = Publisher(settings.kafka, client_id="web", topics=tuple(JOBS.values()))
    hints = HintsMeanwhile(KafkaHints(publisher))
    try:
        yield _desk(SqlJobBook(engine, now), hints, engine, now)
    finally:
        hints.close()
        publisher.close()


def _desk(book: SqlJobBook, hints: HintsMeanwhile, engine: Engine, now: Clock) -> JobDesk:
    discard = SqlDesk(engine, lambda: timedelta(0), now).discard
    start_import = StartImport(book, SqlJobFiles(engine), FilesAnHour(), hints, now)
    return JobDesk(
        start_search=StartSearch(book, hints, now),
        start_import=start_import,
        watch_item=WatchItem(book, start_import, partial(skus_with, engine)),
        list=book.list,
        show=ShowJob(book),
        several=book.several,
        problems=JobProblems(book),
        to_mend=FileToMend(book, now),
        mapping=ShowMapping(book),
        map_columns=MapColumns(book, hints, now),
        take_right_ones=TakeRightOnes(book, start_import, now),
        stop=StopJob(book, now, discard),
        accept=AcceptImport(book, hints, now),
        skip=SkipQuery(book),
    )
