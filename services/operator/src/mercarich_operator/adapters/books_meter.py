"""`ports.BookMeter` on Prometheus."""

from prometheus_client import Gauge

from mercarich_contracts.schedule import SCHEDULE
from mercarich_db import capacity_metrics, schedule_metrics
from mercarich_operator import metrics
from mercarich_operator.ports import QUANTILES, Books, CoverageBook, RunBook


class PrometheusBooks:
    def __init__(self) -> None:
        self._counted: dict[tuple[str, ...], int] = {}
        for row in SCHEDULE:
            schedule_metrics.OVERDUE.labels(row.name)

    def books(self, books: Books) -> None:
        for book in books.runs:
            self._runs(book)
        for where, count in books.open_holds.items():
            metrics.OPEN_HOLDS.labels(*where).set(count)
        for marketplace, count in books.paused.items():
            metrics.PAUSED.labels(marketplace).set(count)
        capacity_metrics.publish(books.capacities)
        for coverage in books.coverages:
            self._coverage(coverage)
        for kind, seconds in books.unpushed_age.items():
            metrics.UNPUSHED_AGE.labels(kind).set(seconds)
        for verdict, count in books.accounts.items():
            metrics.ACCOUNTS.labels(verdict).set(count)
        for job in books.jobs:
            metrics.JOBS.labels(job.kind, "waiting").set(job.waiting)
            metrics.JOBS.labels(job.kind, "running").set(job.running)
            metrics.JOBS.labels(job.kind, "frozen").set(job.frozen)
            metrics.JOBS_OLDEST.labels(job.kind).set(job.oldest_waiting_seconds)
            metrics.JOBS_FAILED.labels(job.kind).set(job.failed_last_hour)
        schedule_metrics.publish(books.schedules)
        for record, count in books.deleted.items():
            metrics.DELETED.labels(record).inc(self._more((record,), count, begun=0))

    def _runs(self, book: RunBook) -> None:
        which = (book.operation, book.marketplace)
        for outcome, count in book.ended.items():
            metrics.RUNS.labels(*which, outcome).inc(self._more((*which, outcome), count, begun=count))
        if book.last_success is not None:
            metrics.LAST_SUCCESS.labels(*which).set(book.last_success.timestamp())
        if book.last_success_seconds is not None:
            metrics.LAST_SUCCESS_SECONDS.labels(*which).set(book.last_success_seconds)
        _set(metrics.WAITING_SINCE, which, book.waiting_since.timestamp() if book.waiting_since else None)
        _set(metrics.INTERVAL, which, book.interval.total_seconds() if book.interval else None)
        metrics.RUN_HELD.labels(*which).set(book.held)
        metrics.RUN_SILENCE.labels(*which).set(book.silent_seconds)
        for kind, count in book.items.items():
            metrics.RUN_ITEMS.labels(*which, kind).set(count)

    def _coverage(self, book: CoverageBook) -> None:
        which = book.marketplace
        at = book.counted_at
        metrics.COVERAGE_COUNTED.labels(which).set(at.timestamp() if at is not None else 0)
        for of, share in (("all", book.share), ("worst_seller", book.worst_share)):
            _set(metrics.COVERAGE, (which, of), share)
            for quantile in QUANTILES:
                _set(metrics.LOOK_AGE, (which, of, quantile), book.ages.get((of, quantile)))

    def _more(self, what: tuple[str, ...], count: int, *, begun: int) -> int:
        """Return the increase since the last reading, or at the first one since `begun`.

        When old rows were deleted the count falls, which is no increase. A counter of such rows begins at 0 with the
        process: at their number, a restart after a deletion would look to Prometheus as if all of them were new.
        """
        before = self._counted.get(what, begun)
        self._counted[what] = count
        return max(0, count - before)


def _set(gauge: Gauge, labels: tuple[str, ...], value: float | None) -> None:
    """Set the gauge, or remove it where the value is not known."""
    if value is not None:
        gauge.labels(*labels).set(value)
    else:
        gauge.remove(*labels)
