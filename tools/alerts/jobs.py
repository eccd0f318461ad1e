"""Alerts about sellers' bulk searches and imports."""

from tools.alerts.rule import Alert, Case

_FROZEN = 'mercarich_jobs{kind="search", state="frozen"}'
_WAITING = 'mercarich_jobs_oldest_waiting_seconds{kind="import"}'
_FAILED = 'mercarich_jobs_failed_last_hour{kind="import"}'

JOBS = (
    Alert(
        name="MercarichJobsFrozen",
        expr='max by (namespace, kind) (mercarich_jobs{state="frozen"}) > 0',
        wait="20m",
        severity="warning",
        summary="A seller's {{ $labels.kind }} job does not move, and nobody has taken it over or closed it",
        text="check_background_jobs does both every eight minutes; it does not run, or has not helped.",
        fires=Case("30m", {_FROZEN: "0x5 1x25"}, {"kind": "search"}),
        quiet=Case("30m", {_FROZEN: "0x5 1x16 0x9"}),
    ),
    Alert(
        name="MercarichJobsWait",
        expr="max by (namespace, kind) (mercarich_jobs_oldest_waiting_seconds) > 1800",
        wait="5m",
        severity="warning",
        summary="A seller's {{ $labels.kind }} job has waited for half an hour",
        text="There are no workers of its pool, or too few.",
        fires=Case("50m", {_WAITING: "0+60x50"}, {"kind": "import"}),
        quiet=Case("50m", {_WAITING: "0+60x20 0+60x29"}),
    ),
    Alert(
        name="MercarichJobsFail",
        expr="max by (namespace, kind) (mercarich_jobs_failed_last_hour) > 10",
        wait="10m",
        severity="warning",
        summary="More than ten {{ $labels.kind }} jobs failed within an hour",
        text="One failed import is its seller's file; so many are not.",
        fires=Case("30m", {_FAILED: "0x10 12x20"}, {"kind": "import"}),
        quiet=Case("30m", {_FAILED: "9x30"}),
    ),
)
