"""Alerts about the proxies and the marketplaces' responses."""

from tools.alerts.gone import cases, gone
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


_PROXY = cases("yahoo-proxy")

MARKETPLACES = (
    Alert(
        name="MercarichProxyDown",
        expr=gone(".+-proxy"),
        wait="5m",
        severity="critical",
        summary="{{ $labels.process }} is gone",
        text="Its marketplace is not asked; workers wait.",
        fires=_PROXY[0],
        quiet=_PROXY[1],
        quiet_too=[_PROXY[2]],
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
