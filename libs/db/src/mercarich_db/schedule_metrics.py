"""Metrics of the schedule's starts: published by the operator, on one machine by the scheduler."""

from collections.abc import Sequence

from prometheus_client import Gauge

from mercarich_contracts.schedule import RowStarts

LAST_START = Gauge(
    "mercarich_schedule_last_start_timestamp_seconds",
    "When a row of the schedule last started, Unix time; absent before the first",
    ["schedule"],
)
OVERDUE = Gauge(
    "mercarich_schedule_overdue",
    "1 while a row that is not paused or suspended started more than 1.1 intervals ago, or never in as long",
    ["schedule"],
)
FAILED = Gauge(
    "mercarich_schedule_failed",
    "1 while the last run of a row ended with another exit code than 0, or did not end in time",
    ["schedule"],
)


def publish(rows: Sequence[RowStarts]) -> None:
    for row in rows:
        OVERDUE.labels(row.name).set(row.overdue)
        FAILED.labels(row.name).set(row.failed)
        if row.last is not None:
            LAST_START.labels(row.name).set(row.last.timestamp())
