"""Alerts about the proxies and the marketplaces' responses."""

from tools.alerts.gone import BUILD, cases, gone
from tools.alerts.rule import Alert, Case

_YAHOO = {"marketplace": "yahoo"}


def _share(outcomes: str) -> str:
    return (
        f'sum by (namespace, marketplace) (rate(mercarich_proxy_requests_total{{outcome=~"{outcomes}"}}[15m]))'
        " / sum by (namespace, marketplace) (rate(mercarich_proxy_requests_total[15m]))"
    )


def _requests(outcome: str, good: int, bad: int) -> dict[str, str]:
    name = 'mercarich_proxy_requests_total{marketplace="yahoo", outcome="%s"}'
    return {name % "read": f"0+{good}x40", name % outcome: f"0+{bad}x40"}


def _capacity(needed: str, available: str) -> dict[str, str]:
    name = 'mercarich_capacity_%s_calls_per_second{marketplace="yahoo"}'
    return {name % "needed": f"{needed}x70", name % "available": f"{available}x70"}


_ITS = '"marketplace", "$1", "process", "%s"'
"""A process's label of its marketplace, which is part of its name."""
_OF_PROXY = f"label_replace({gone('.+-proxy')}, {_ITS % '(.+)-proxy'})"
_WORKERS = f'label_replace(mercarich_build_info{{process=~"(checker|updater|watch)-.+"}}, {_ITS % "[a-z]+-(.+)"})'
_INTERVAL = "mercarich_batch_run_interval_seconds"
_IS_ON = f"on (namespace, marketplace) group by (namespace, marketplace) ({_INTERVAL} or {_WORKERS})"
"""Its marketplace has CronJobs or workers: one that was switched off has neither."""

_CRON_JOBS = f'{_INTERVAL}{{operation="check", marketplace="%s"}}'


def _proxy_and(*others: str) -> dict[str, str]:
    """Return the series of Yahoo's proxy, which ends, and of these others, which stay, with the operator."""
    stay = dict.fromkeys((BUILD % ("operator", "1"), _CRON_JOBS % "mercari", *others), "1x30")
    return {BUILD % ("yahoo-proxy", "1"): "1x10 stale", **stay}


MARKETPLACES = (
    Alert(
        name="MercarichProxyDown",
        expr=f"group by (namespace, process) ({_OF_PROXY} and {_IS_ON})",
        wait="5m",
        severity="critical",
        summary="{{ $labels.process }} is gone",
        text="Its marketplace is not asked; workers wait.",
        fires=Case("30m", _proxy_and(BUILD % ("watch-yahoo", "1")), {"process": "yahoo-proxy"}),
        quiet=Case("30m", _proxy_and(_CRON_JOBS % "yahoo") | {BUILD % ("yahoo-proxy", "2"): "_x12 1x18"}),
        quiet_too=[
            cases("yahoo-proxy")[2],
            Case("30m", _proxy_and(BUILD % ("watch-mercari", "1")) | {_CRON_JOBS % "yahoo": "1x10 stale"}),
        ],
    ),
    Alert(
        name="MercarichBreakerOpen",
        expr="max by (namespace, marketplace) (mercarich_proxy_breaker_phase) > 0",
        wait="10m",
        severity="critical",
        summary="{{ $labels.marketplace }} has not been asked for ten minutes",
        text="It blocks or fails, or its pages changed; the proxy tries again by itself.",
        fires=Case("15m", {'mercarich_proxy_breaker_phase{marketplace="yahoo"}': "2x5 1 2x9"}, _YAHOO),
        quiet=Case("15m", {'mercarich_proxy_breaker_phase{marketplace="yahoo"}': "2x5 0x10"}),
    ),
    Alert(
        name="MercarichUpstreamBlocked",
        expr=f"{_share('blocked|rate_limited')} > 0.1",
        wait="10m",
        severity="warning",
        summary="{{ $labels.marketplace }} blocks or throttles more than a tenth of the calls",
        text="The rate is too high, or the address is known.",
        fires=Case("40m", _requests("blocked", 8, 2), _YAHOO),
        quiet=Case("40m", _requests("blocked", 99, 1)),
    ),
    Alert(
        name="MercarichPagesUnreadable",
        expr=f"{_share('unparsable|empty|oversized')} > 0.05",
        wait="10m",
        severity="critical",
        summary="More than 5 % of the answers of {{ $labels.marketplace }} cannot be read",
        text="Its pages have changed: the reader needs mending.",
        fires=Case("40m", _requests("unparsable", 9, 1), _YAHOO),
        quiet=Case("40m", _requests("transient", 5, 5)),
    ),
    Alert(
        name="MercarichCapacityShort",
        expr="max by (namespace, marketplace) (mercarich_capacity_needed_calls_per_second)"
        " > max by (namespace, marketplace) (mercarich_capacity_available_calls_per_second)",
        wait="1h",
        severity="warning",
        summary="The sources of {{ $labels.marketplace }} need more calls than its budget gives",
        text="Looks come later than the plans promise: sold sources stay on sale at Amazon for longer.",
        fires=Case("70m", _capacity("0.9", "0.5"), _YAHOO),
        quiet=Case("70m", _capacity("0.4", "0.5")),
    ),
)
