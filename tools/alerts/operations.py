"""Alerts about the operator and the database."""

from tools.alerts.gone import STILL_THERE
from tools.alerts.rule import Alert, Case

_ROUND = "mercarich_operator_last_loop_timestamp_seconds"
_CLAMPED = 'mercarich_pool_clamped{pool="feed", reason="%s"}'
_OFFSET = 'mercarich_clock_offset_seconds{instance="a"}'
_USE = 'mercarich_db_connections_%s{instance="a"}'

_UP = 'up{instance="%s"}'
_ELSEWHERE = 'mercarich_build_info{namespace="elsewhere", process="operator"}'
_FAILED = 'mercarich_schedule_failed{schedule="delete-old-items"}'
_OVERDUE = 'mercarich_schedule_overdue{schedule="env-update"}'

OPERATIONS = (
    Alert(
        name="MercarichScheduleOverdue",
        expr="max by (namespace, schedule) (mercarich_schedule_overdue) == 1",
        wait="5m",
        severity="warning",
        summary="{{ $labels.schedule }} has not started for more than 1.1 intervals",
        text="Its CronJob is missing or cannot start, or the scheduler is gone.",
        fires=Case("15m", {_OVERDUE: "0x2 1x13"}, {"schedule": "env-update"}),
        quiet=Case("15m", {_OVERDUE: "0x5 1x2 0x8"}),
    ),
    Alert(
        name="MercarichScheduleFails",
        expr="max by (namespace, schedule) (mercarich_schedule_failed) == 1",
        wait="15m",
        severity="warning",
        summary="The last run of {{ $labels.schedule }} failed",
        text="Its Job says why: kubectl logs, mercarich schedule list.",
        fires=Case("30m", {_FAILED: "0x5 1x25"}, {"schedule": "delete-old-items"}),
        quiet=Case("30m", {_FAILED: "0x5 1x10 0x15"}),
    ),
    Alert(
        name="MercarichOperatorDown",
        expr=f"time() - max by (namespace) (max_over_time({_ROUND}[6h])) > 120 and {STILL_THERE}"
        f" or absent(max_over_time({_ROUND}[6h])) or absent(mercarich_build_info)",
        wait="5m",
        severity="critical",
        summary="The operator makes no rounds",
        text="Worker numbers stay as they are, and runs are not watched: other alerts are blind.",
        fires=Case("20m", {_ROUND: "0+60x5 stale", _UP % "a": "1x5 0x15", _ELSEWHERE: "1x20"}),
        quiet=Case("20m", {_ROUND: "0+60x20", _UP % "a": "1x20", _ELSEWHERE: "1x20"}),
        quiet_too=[Case("20m", {_ROUND: "0+60x5 stale", _UP % "a": "1x5 stale", _ELSEWHERE: "1x20"})],
    ),
    Alert(
        name="MercarichOperatorBlind",
        expr="max by (namespace, source) (mercarich_operator_source_up) == 0",
        wait="10m",
        severity="warning",
        summary="The operator cannot ask: {{ $labels.source }}",
        text="Worker numbers stay as they are.",
        fires=Case("15m", {'mercarich_operator_source_up{source="kafka"}': "0x15"}, {"source": "kafka"}),
        quiet=Case("15m", {'mercarich_operator_source_up{source="kafka"}': "0x5 1x10"}),
    ),
    Alert(
        name="MercarichOperatorSettingsStale",
        expr="min by (namespace) (mercarich_operator_settings_age_seconds) > 600",
        wait="1m",
        severity="warning",
        summary="The operator has not read the settings for ten minutes",
        text="A changed setting has no effect.",
        fires=Case("15m", {'mercarich_operator_settings_age_seconds{instance="a"}': "0+60x15"}),
        quiet=Case("15m", {'mercarich_operator_settings_age_seconds{instance="a"}': "9x15"}),
    ),
    Alert(
        name="MercarichBoundsClamped",
        expr='max by (namespace, pool, reason) (mercarich_pool_clamped{reason!~"backlog|calls"}) == 1',
        wait="30m",
        severity="info",
        summary="{{ $labels.pool }} does not get the replicas that its setting asks for ({{ $labels.reason }})",
        text="mercarich pools says why.",
        fires=Case("40m", {_CLAMPED % "partitions": "1x40"}, {"pool": "feed", "reason": "partitions"}),
        quiet=Case("40m", {_CLAMPED % "backlog": "1x40"}),
    ),
    Alert(
        name="MercarichDatabaseAway",
        expr='sum by (namespace) (increase(mercarich_db_troubles_total{kind="away"}[5m])) > 0',
        wait="5m",
        severity="critical",
        summary="Processes cannot reach the database",
        text="They keep their work and wait.",
        fires=Case("15m", {'mercarich_db_troubles_total{kind="away"}': "0x4 1+1x11"}),
        quiet=Case("15m", {'mercarich_db_troubles_total{kind="conflict"}': "0+9x15"}),
    ),
    Alert(
        name="MercarichDatabasePoolExhausted",
        expr="max by (namespace, instance) (mercarich_db_connections_in_use)"
        " >= 0.9 * max by (namespace, instance) (mercarich_db_connections_max > 0)",
        wait="10m",
        severity="warning",
        summary="{{ $labels.instance }} uses nearly all of its database connections",
        text="Work waits for connections: the database is slow, or transactions stay open.",
        fires=Case("20m", {_USE % "in_use": "20x20", _USE % "max": "20x20"}, {"instance": "a"}),
        quiet=Case("20m", {_USE % "in_use": "9x20", _USE % "max": "20x20"}),
    ),
    Alert(
        name="MercarichClockOff",
        expr="max by (namespace, instance) (abs(mercarich_clock_offset_seconds)) > 5",
        wait="3m",
        severity="warning",
        summary="The clock of {{ $labels.instance }} is more than 5 s off the database's",
        text="What it stamps is corrected; but the process would not start again.",
        fires=Case("10m", {_OFFSET: "0x2 -7x8"}, {"instance": "a"}),
        quiet=Case("10m", {_OFFSET: "4x8"}),
    ),
)
