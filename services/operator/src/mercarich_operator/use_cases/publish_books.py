"""After each round: publish runs, holds and pushes from the tables as metrics. Jobs are too short to be scraped."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from mercarich_contracts.schedule import SCHEDULE
from mercarich_operator.domain.missed import Cron, interval_here, is_overdue_here, since_here
from mercarich_operator.ports import BookMeter, Books, BookStore, ClusterAway
from mercarich_operator.ports_starts import CronTimes
from mercarich_platform.clock import Clock
from mercarich_platform.outages import DatabaseAway

_ROWS = {row.name: row for row in SCHEDULE}


@dataclass(slots=True)
class PublishBooks:
    store: BookStore
    meter: BookMeter
    cluster: CronTimes
    now: Clock
    _crons: Mapping[str, Cron] | None = field(default=None, init=False)
    """As the API server last told them: it may be away. None: it has not told them yet."""

    def __call__(self) -> None:
        """Publish. While the database is away, metrics keep their values; the round before has logged that."""
        try:
            books = self.store.read()
        except DatabaseAway:
            return
        with suppress(ClusterAway):
            self._crons = self.cluster.crons()
        self.meter.books(self._by_the_clusters_times(books))

    def _by_the_clusters_times(self, books: Books) -> Books:
        now, crons = self.now(), self._crons
        runs = [
            replace(
                book,
                interval=interval_here(_ROWS[book.schedule], crons, now),
                waiting_since=since_here(book.waiting_since, (crons or {}).get(book.schedule)),
            )
            for book in books.runs
        ]
        schedules = []
        for row in books.schedules:
            cron = (crons or {}).get(row.name)
            failed = row.failed and not (cron is not None and cron.suspended)
            schedules.append(replace(row, overdue=is_overdue_here(row, cron, now), failed=failed))
        return replace(books, runs=runs, schedules=schedules)
