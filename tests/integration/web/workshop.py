"""A worker of jobs that a test steps: its slices one by one, its clock, and marketplaces with given responses."""

import csv
import io
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_db.engine import reading
from mercarich_db.tables import job_problems, job_rows, jobs, listings
from mercarich_reasons.reason import Reason
from mercarich_web.jobs.desk import AcceptImport, SkipQuery, StartSearch, StopJob
from mercarich_web.jobs.jobs import Claim, Job, Kind
from mercarich_web.jobs.room import FilesAnHour
from mercarich_web.jobs.search_queries import Query, Wish
from mercarich_web.jobs.slices import RunSlice
from mercarich_web.jobs.sql.book import SqlJobBook
from mercarich_web.jobs.sql.claims import SqlDesk
from mercarich_web.jobs.sql.files import SqlJobFiles
from mercarich_web.jobs.starting import StartImport
from mercarich_web.jobs.watch import WatchJobs
from mercarich_web.jobs.worker import steps_of

LEASE = timedelta(seconds=120)
HEADER = ("sku", "marketplace", "source_id", "asin", "title", "quantity", "listed", "price")


class TestClock:
    """Moves only when a test moves it."""

    __test__ = False

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def go(self, **span: float) -> None:
        self.at += timedelta(**span)


class Shops:
    """Both marketplaces: `pages` by keyword, each a list of item ids; an exception is raised instead."""

    def __init__(self) -> None:
        self.pages: dict[str, list[Sequence[str] | Exception]] = {}
        self.asked: list[tuple[str, str, int]] = []
        self.during: Callable[[], None] = lambda: None
        self.end_at: datetime | None = None
        """Of each item that is found."""

    def search(self, query: Query, page: int) -> tuple[Sequence[Item], bool]:
        self.asked.append((query.marketplace, query.keyword, page))
        self.during()
        pages = self.pages.get(query.keyword, [])
        found = pages[page] if page < len(pages) else []
        if isinstance(found, Exception):
            raise found
        items = [item(query.marketplace, each).model_copy(update={"end_at": self.end_at}) for each in found]
        return items, page + 1 >= len(pages)

    def close(self) -> None:
        """It has no connections to close."""


class NoHints:
    def __init__(self) -> None:
        self.told: list[tuple[Kind, int]] = []

    def waiting(self, kind: Kind, job_id: int) -> None:
        self.told.append((kind, job_id))


class Workshop:
    """The use cases of jobs on one database, and workers made of the same parts as the real ones."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.now, self.shops, self.hints = engine, TestClock(), Shops(), NoHints()
        self.book = SqlJobBook(engine, self.now)
        self.desk = SqlDesk(engine, lambda: LEASE, self.now)
        self.steps = steps_of(self.desk, self.shops, self.now)
        self.start_import = StartImport(self.book, SqlJobFiles(engine), FilesAnHour(), self.hints, self.now)
        self.start_search = StartSearch(self.book, self.hints, self.now)
        self.stop = StopJob(self.book, self.now, self.desk.discard)
        self.accept = AcceptImport(self.book, self.hints, self.now)
        self.skip = SkipQuery(self.book)
        self.watch = WatchJobs(self.book, self.hints, self.desk.discard, self.now)
        self.outcomes: list[str] = []

    def slice(self, kind: Kind, *, steps: int = 1, worker: str = "w1") -> bool:
        """Run one slice of this many steps."""
        ticks = iter(range(10**9))
        run = RunSlice(
            desk=self.desk,
            steps=self.steps,
            slice_seconds=lambda: steps,
            worker=worker,
            now=self.now,
            monotonic=lambda: float(next(ticks)),
            ended=lambda _kind, outcome: self.outcomes.append(outcome),
        )
        return run(kind, threading.Event())

    def work(self, kind: Kind, *, steps: int = 50) -> None:
        """Run slices until there is nothing to do now."""
        while self.slice(kind, steps=steps):
            pass

    def claim(self, kind: Kind, worker: str = "w1") -> Claim | None:
        return self.desk.claim(kind, worker, self.now())

    def import_rows(self, username: str, rows: Iterable[Mapping[str, object]]) -> Job:
        return self.import_bytes(username, csv_of(rows))

    def import_bytes(self, username: str, data: bytes) -> Job:
        started = self.start_import(username, "offers.csv", iter([data]), "taro")
        self.work(Kind.IMPORT)
        return self.job(started.id)

    def search(self, username: str, *given: str, **wish: Any) -> Job:
        return self.start_search(username, Wish(given, **{"marketplaces": (Marketplace.YAHOO,), **wish}), "taro")

    def job(self, job_id: int) -> Job:
        job = self.book.get(job_id)
        assert job is not None
        return job

    def problems(self, job_id: int) -> list[tuple[int, str | None, Reason]]:
        return [(each.line, each.column, each.problem) for each in self.book.problems(job_id, None)]

    def skus(self, user_id: int) -> list[str]:
        with reading(self.engine) as connection:
            query = select(listings.c.sku).where(listings.c.user_id == user_id).order_by(listings.c.sku)
            return list(connection.execute(query).scalars())

    def listing(self, sku: str) -> Any:
        with reading(self.engine) as connection:
            return connection.execute(select(listings).where(listings.c.sku == sku)).one()

    def row(self, job_id: int) -> Any:
        with reading(self.engine) as connection:
            return connection.execute(select(jobs).where(jobs.c.id == job_id)).one()

    def staged(self) -> int:
        with reading(self.engine) as connection:
            return len(connection.execute(select(job_rows.c.number)).all())

    def noted(self) -> int:
        with reading(self.engine) as connection:
            return len(connection.execute(select(job_problems.c.number)).all())


def offers(count: int, first: int = 1) -> list[dict[str, object]]:
    return [
        {
            "sku": f"S-{number:05}",
            "marketplace": "yahoo" if number % 2 else "mercari",
            "source_id": f"x{100000000 + number}" if number % 2 else f"m{10000000000 + number}",
            "asin": "B00TEST123",
            "title": f"時計 {number}",
            "quantity": 1,
            "listed": "yes",
        }
        for number in range(first, first + count)
    ]


def csv_of(rows: Iterable[Mapping[str, object]], columns: Sequence[str] = HEADER, encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return text.getvalue().encode(encoding)


def item(marketplace: Marketplace, item_id: str, state: State = State.AVAILABLE) -> Item:
    evidence = Evidence(
        url="https://shop.example/",
        http_status=200,
        body_sha256=None,
        parser_version="test/1",
        extract="",
        fetched_at=datetime(2026, 11, 25, tzinfo=UTC),
    )
    return Item(
        marketplace=marketplace,
        item_id=item_id,
        state=state,
        evidence=evidence,
        title=f"item {item_id}",
        seller_id=f"seller-of-{item_id}",
        price_jpy=1500,
    )
