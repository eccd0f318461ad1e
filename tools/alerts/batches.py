"""Alerts about check and update runs."""

from tools.alerts.rule import Alert, Case

from mercarich_contracts.coverage import COUNT_LASTS, LEAST_COVERAGE

_OF_UPDATES = 'max by (namespace, operation, marketplace) (mercarich_batch_run_%s_seconds{operation="update"})'
_COVERAGE = 'mercarich_coverage_ratio{marketplace="yahoo", of="%s"}'
_COUNTED = "mercarich_coverage_counted_timestamp_seconds"
_YAHOO = {"marketplace": "yahoo"}
_LABELS = {"operation": "check", "marketplace": "yahoo"}
_RUN = 'operation="check", marketplace="yahoo"'
_UPDATE = 'operation="update", marketplace="yahoo"'


def _waited(run: str, since: str, interval: str) -> dict[str, str]:
    return {
        f"mercarich_batch_run_waiting_since_timestamp_seconds{{{run}}}": since,
        f"mercarich_batch_run_interval_seconds{{{run}}}": interval,
    }


def _ended(outcome: str, window: str) -> str:
    return (
        "sum by (namespace, operation, marketplace)"
        f' (increase(mercarich_batch_runs_total{{outcome="{outcome}"}}[{window}]))'
    )


BATCHES = (
    Alert(
        name="MercarichCoverageLow",
        expr=f'max by (namespace, marketplace) (mercarich_coverage_ratio{{of="all"}}) < {LEAST_COVERAGE}',
        wait="15m",
        severity="critical",
        summary="{{ $labels.marketplace }}: too few sources were looked at within what their sellers' plans allow",
        text="What is sold there stays on sale at Amazon.",
        fires=Case("50m", {_COVERAGE % "all": "0.99x10 0.94x40"}, _YAHOO),
        quiet=Case("2h", {_COVERAGE % "all": "0.94x10 0.96x110", _COVERAGE % "worst_seller": "0.5x120"}),
    ),
    Alert(
        name="MercarichCoverageUnknown",
        expr=f"time() - max by (namespace, marketplace) ({_COUNTED}) > {int(COUNT_LASTS.total_seconds())}"
        f"\nor\nabsent({_COUNTED})",
        wait="15m",
        severity="critical",
        summary="{{ $labels.marketplace }}: nobody has counted for an hour which sources were looked at",
        text="Perhaps no checker works, or the operator tells nothing: what is sold may stay on sale at Amazon.",
        fires=Case("90m", {f'{_COUNTED}{{marketplace="yahoo"}}': "0+60x5 300x85"}, _YAHOO),
        quiet=Case("3h", {f'{_COUNTED}{{marketplace="yahoo"}}': "0+60x10 600x60 4200+60x110"}),
    ),
    Alert(
        name="MercarichBatchMissed",
        expr=f"time() - {_OF_UPDATES % 'waiting_since_timestamp'} > 1.25 * {_OF_UPDATES % 'interval'}",
        wait="5m",
        severity="critical",
        summary="No {{ $labels.operation }} run of {{ $labels.marketplace }} has finished for too long",
        text="What came down stays down.",
        step="15m",
        fires=Case("16h", _waited(_UPDATE, "0x960", "43200x960"), {"operation": "update", "marketplace": "yahoo"}),
        quiet=Case("16h", _waited(_UPDATE, "0x300 18000x660", "43200x960") | _waited(_RUN, "0x960", "43200x960")),
        quiet_too=[
            Case("29h", _waited(_UPDATE, "0x1740", "86400x1740")),
            Case("29h", _waited(_UPDATE, "0x1740", "43200x60 stale")),
        ],
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
