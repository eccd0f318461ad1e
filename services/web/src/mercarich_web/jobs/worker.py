"""The worker of a pool of sellers' jobs: it runs slices of jobs and fetches the pictures of imported listings."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from mercarich_contracts.topics import DEAD_LETTERS, JOBS, TOPICS
from mercarich_db import engine as engines
from mercarich_db.settings_cache import SETTINGS_SECONDS
from mercarich_platform.cache import LoadingCache
from mercarich_platform.clock import Clock, monotonic, utc_now
from mercarich_platform.settings import SharedSettings
from mercarich_platform.worker import Tick, Worker
from mercarich_web.jobs.handlers import JobWaitingHandler
from mercarich_web.jobs.import_steps import ImportStep
from mercarich_web.jobs.jobs import Kind
from mercarich_web.jobs.markets_http import HttpMarkets
from mercarich_web.jobs.search_steps import SearchStep
from mercarich_web.jobs.slice_threads import SliceThreads
from mercarich_web.jobs.slices import RunSlice, Step
from mercarich_web.jobs.sql.book import SqlJobBook
from mercarich_web.jobs.sql.candidates import SqlCandidates
from mercarich_web.jobs.sql.claims import SqlDesk
from mercarich_web.jobs.sql.imports import SqlImports
from mercarich_web.metrics import PICTURES, SLICE_SECONDS, SLICES, begin_at_zero
from mercarich_web.pictures.files import PictureFiles
from mercarich_web.pictures.keeping import KeepPictures
from mercarich_web.pictures.sources_http import HttpPictureSource
from mercarich_web.pictures.sql import SqlPictureLine
from mercarich_web.settings import WebSettings

log = logging.getLogger(__name__)


CHECK_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class JobWorker:
    """The process of a pool. Call `run` once."""

    worker: Worker
    threads: Sequence[SliceThreads]
    engine: Engine
    close: Sequence[Callable[[], None]]

    def run(self, stop: threading.Event) -> int:
        for threads in self.threads:
            threads.start()
        code = self.worker.run(stop)
        for threads in self.threads:
            threads.close()
        for close in self.close:
            close()
        self.engine.dispose()
        return code


def connections_of(kind: Kind, own: WebSettings) -> int:
    """Return the most database connections of one worker: for its slices, their settings, and an import worker's
    pictures."""
    return own.job_slots + (2 if kind is Kind.IMPORT else 1)


def build_worker(kind: Kind, shared: SharedSettings, own: WebSettings, stop: threading.Event) -> JobWorker:
    engine = engines.create(shared.database, pool_size=connections_of(kind, own))
    book = SqlJobBook(engine, utc_now)
    settings = LoadingCache(book.settings, SETTINGS_SECONDS)
    desk = SqlDesk(engine, lambda: settings().lease, utc_now)
    markets = HttpMarkets(own.proxy_urls, silence_seconds=own.search_silence_seconds)
    run_slice = RunSlice(
        desk=desk,
        steps=steps_of(desk, markets, utc_now),
        slice_seconds=lambda: settings().slice_seconds,
        worker=f"{socket.gethostname()[:40]}:{os.getpid()}",
        now=utc_now,
        monotonic=monotonic,
        ended=lambda kind, outcome: SLICES.labels(kind, outcome).inc(),
    )

    def a_slice(stop: threading.Event) -> bool:
        started = time.monotonic()
        worked = run_slice(kind, stop)
        if worked:
            SLICE_SECONDS.labels(kind).observe(time.monotonic() - started)
        return worked

    begin_at_zero(kind)
    threads, close = [SliceThreads(a_slice, own.job_slots, stop)], [markets.close]
    files = PictureFiles(shared.pictures_folder)
    if kind is Kind.IMPORT and _can_save(files):
        source = HttpPictureSource(own.proxy_urls, silence_seconds=own.search_silence_seconds)
        threads.append(SliceThreads(pictures_of(engine, source, files, utc_now), 1, stop))
        close.append(source.close)
    return JobWorker(_worker(kind, shared, threads), threads, engine, close)


def steps_of(desk: SqlDesk, markets: HttpMarkets, now: Clock) -> dict[Kind, Step]:
    return {
        Kind.SEARCH: SearchStep(desk, SqlCandidates(desk), markets, now),
        Kind.IMPORT: ImportStep(desk, SqlImports(desk), now),
    }


def pictures_of(engine: Engine, source: HttpPictureSource, files: PictureFiles, now: Clock) -> KeepPictures:
    return KeepPictures(SqlPictureLine(engine), source, files, now, lambda outcome: PICTURES.labels(outcome).inc())


def _can_save(files: PictureFiles) -> bool:
    problem = files.problem()
    if problem is not None:
        log.warning("no pictures of listings are saved", extra={"reason": problem})
    return problem is None


def _worker(kind: Kind, shared: SharedSettings, threads: Sequence[SliceThreads]) -> Worker:
    topic = JOBS[kind]
    return Worker(
        broker=shared.kafka,
        group=f"jobs-{kind}",
        topics=[topic.name],
        handle=JobWaitingHandler(threads[0].wake),
        slots=1,
        dead_letters=lambda _topic: topic.dead_letters,
        ensure=(*TOPICS, *DEAD_LETTERS),
        ticks=[Tick("slices", CHECK_EVERY, each.check) for each in threads],
        client_id=f"jobs-{kind}",
        health_host=shared.metrics_host,
        health_port=shared.metrics_port or None,
    )
