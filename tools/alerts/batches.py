"""Alerts about check and update runs."""

from tools.alerts.rule import Alert, Case

from mercarich_contracts.schedule import SCHEDULE

_CHECKS = [row for row in SCHEDULE if row.name.startswith("check-item")]
MISSED_AFTER = int(1.25 * max(row.deadline_seconds for row in _CHECKS))
"""In seconds. A run may take as long as its deadline, and a seller of plan 2 is checked at the same interval."""
_FINISHED = 'sum by (namespace, operation, marketplace) (mercarich_batch_runs_total{outcome="finished"}%s) == 0'
_LABELS = {"operation": "check", "marketplace": "yahoo"}
_RUN = 'operation="check", marketplace="yahoo"'


def _ended(outcome: str, window: str) -> str:
    return (
        "sum by (namespace, operation, marketplace)"
        f' (increase(mercarich_batch_runs_total{{outcome="{outcome}"}}[{window}]))'
    )


BATCHES = (
    Alert(
        name="MercarichBatchMissed",
        expr="time() - max by (namespace, operation, marketplace) (mercarich_batch_run_last_success_timestamp_seconds)"
        f" > {MISSED_AFTER}\nor\n({_FINISHED % ''}) and ({_FINISHED % f' offset {MISSED_AFTER}s'})",
        wait="5m",
        severity="critical",
        summary="No {{ $labels.operation }} run of {{ $labels.marketplace }} has finished for too long",
        text="check: what is sold there stays on sale at Amazon. update: what came down stays down.",
        step="15m",
        fires=Case(
            "16h",
            {f'mercarich_batch_runs_total{{{_RUN}, outcome="finished"}}': "0x960"},
            _LABELS,
        ),
        quiet=Case(
            "16h",
            {
                f'mercarich_batch_runs_total{{{_RUN}, outcome="finished"}}': "0x300 1x660",
                f"mercarich_batch_run_last_success_timestamp_seconds{{{_RUN}}}": "_x300 18000x660",
            },
        ),
    ),
    Alert(
        name="MercarichBatchFailed",
        expr=f"{_ended('failed', '1h')} > 0",
        wait="0m",
        severity="warning",
        summary="A {{ $labels.operation }} run of {{ $labels.marketplace }} failed",
        text="Its note says why: mercarich status, mercarich run show.",
        fires=Case("30m", {f'mercarich_batch_runs_total{{{_RUN}, outcome="failed"}}': "2x15 3x15"}, _LABELS),
        quiet=Case("30m", {f'mercarich_batch_runs_total{{{_RUN}, outcome="failed"}}': "_x5 3x25"}),
    ),
    Alert(
        name="MercarichBatchSupersededOften",
        expr=f"{_ended('superseded', '24h')} > 2.5",
        wait="0m",
        severity="warning",
        summary="Three {{ $labels.operation }} runs of {{ $labels.marketplace }} in a day were overtaken by the next",
        text="Runs take longer than the time between two starts, so that the end of the list is rarely reached.",
        step="15m",
        fires=Case(
            "24h",
            {f'mercarich_batch_runs_total{{{_RUN}, outcome="superseded"}}': "0x300 1x360 2x360 3x420"},
            _LABELS,
        ),
        quiet=Case("24h", {f'mercarich_batch_runs_total{{{_RUN}, outcome="superseded"}}': "0x700 1x740"}),
    ),
    Alert(
        name="MercarichBatchLost",
        expr="max by (namespace, operation, marketplace) (mercarich_batch_run_silence_seconds) > 300",
        wait="2m",
        severity="warning",
        summary="The planner of the {{ $labels.operation }} run of {{ $labels.marketplace }} is silent",
        text="The run has not ended and nobody publishes its work.",
        fires=Case("10m", {f"mercarich_batch_run_silence_seconds{{{_RUN}}}": "0+60x10"}, _LABELS),
        quiet=Case("10m", {f"mercarich_batch_run_silence_seconds{{{_RUN}}}": "5x10"}),
    ),
    Alert(
        name="MercarichBatchHeld",
        expr="max by (namespace, operation, marketplace) (mercarich_batch_run_held) == 1",
        wait="30m",
        severity="warning",
        summary="The {{ $labels.operation }} run of {{ $labels.marketplace }} waits for its canaries",
        text="Known items are not seen as they are; nothing is withdrawn until they are.",
        fires=Case("45m", {f"mercarich_batch_run_held{{{_RUN}}}": "1x45"}, _LABELS),
        quiet=Case("45m", {f"mercarich_batch_run_held{{{_RUN}}}": "1x20 0 1x25"}),
    ),
    Alert(
        name="MercarichHoldWaits",
        expr="max by (namespace, marketplace, route) (mercarich_holds_open) > 0",
        wait="30m",
        severity="warning",
        summary="Withdrawals of {{ $labels.marketplace }} are held (route {{ $labels.route }})",
        text="The second look has not settled it: a person has to decide.",
        fires=Case(
            "45m",
            {'mercarich_holds_open{marketplace="mercari", route="mercari-shops"}': "1x45"},
            {"marketplace": "mercari", "route": "mercari-shops"},
        ),
        quiet=Case("45m", {'mercarich_holds_open{marketplace="yahoo", route="all"}': "1x15 0x30"}),
    ),
)
