"""Dashboard of the marketplaces' responses."""

from tools.dashboards.grafana import Dashboard, Panel, Query
from tools.dashboards.shared import BREAKER, quantiles

PROXIES = Dashboard(
    "proxies",
    "Proxies",
    (
        Panel(
            "Calls to the marketplaces",
            "reqps",
            (
                Query(
                    "sum by (marketplace, outcome) (rate(mercarich_proxy_requests_total{NS}[5m]))",
                    "{{marketplace}} {{outcome}}",
                ),
            ),
            text="By outcome. Mercarich never gets around a block.",
        ),
        Panel(
            "Time of a call",
            "s",
            quantiles("mercarich_proxy_request_seconds", "marketplace"),
            text="Without its wait for a turn in the budget.",
        ),
        BREAKER,
        Panel(
            "Blocked or throttled",
            "percentunit",
            (
                Query(
                    "sum by (marketplace) "
                    '(rate(mercarich_proxy_requests_total{NS, outcome=~"blocked|rate_limited"}[5m]))'
                    " / (sum by (marketplace) (rate(mercarich_proxy_requests_total{NS}[5m])) > 0)",
                    "{{marketplace}}",
                ),
            ),
            thresholds=(0.05, 0.1),
            text="Share of all calls.",
        ),
        Panel(
            "Pages that could not be read",
            "percentunit",
            (
                Query(
                    "sum by (marketplace) "
                    '(rate(mercarich_proxy_requests_total{NS, outcome=~"unparsable|empty|oversized"}[5m]))'
                    " / (sum by (marketplace) (rate(mercarich_proxy_requests_total{NS}[5m])) > 0)",
                    "{{marketplace}}",
                ),
            ),
            thresholds=(0.01, 0.05),
            text="Share of all calls. The marketplace may have changed its pages: the parsers must follow.",
        ),
        Panel(
            "Breaker opened in an hour",
            "short",
            (
                Query(
                    "sum by (marketplace) (increase(mercarich_proxy_breaker_opened_total{NS}[1h]))", "{{marketplace}}"
                ),
            ),
            text="While it is open, nobody calls the marketplace.",
        ),
        Panel(
            "Items answered",
            "ops",
            (
                Query(
                    "sum by (marketplace, state) (rate(mercarich_proxy_looks_total{NS}[5m]))",
                    "{{marketplace}} {{state}}",
                ),
            ),
            text="By the state that the response proves; unknown: it proves none.",
        ),
        Panel(
            "Unknown items by reason",
            "ops",
            (
                Query(
                    'sum by (marketplace, reason) (rate(mercarich_proxy_looks_total{NS, state="unknown"}[5m]))',
                    "{{marketplace}} {{reason}}",
                ),
            ),
            text="Absent while every page could be read.",
        ),
        Panel(
            "Looks without a call",
            "ops",
            (
                Query(
                    "sum by (marketplace, kind) (rate(mercarich_proxy_cache_hits_total{NS}[5m]))",
                    "{{marketplace}} {{kind}}",
                ),
            ),
            text="Absent before the first.",
        ),
        Panel(
            "Most calls a second",
            "reqps",
            (Query("min by (marketplace) (mercarich_proxy_budget_per_second{NS})", "{{marketplace}}"),),
            text="Of all replicas together.",
        ),
        Panel(
            "Share of the full rate",
            "percentunit",
            (Query("min by (marketplace) (mercarich_proxy_pace_share{NS})", "{{marketplace}}"),),
            text="Below 1 after a rate limit.",
        ),
        Panel(
            "Waiting and under way",
            "short",
            (
                Query("max by (marketplace) (mercarich_proxy_turns_waiting{NS})", "{{marketplace}} waiting"),
                Query("max by (marketplace) (mercarich_proxy_requests_under_way{NS})", "{{marketplace}} under way"),
            ),
            text="Calls that wait for their turn, and calls to the marketplace right now.",
        ),
        Panel(
            "Batches being answered",
            "short",
            (Query("max by (marketplace) (mercarich_proxy_batches{NS})", "{{marketplace}}"),),
            text="Batches that a proxy works on.",
        ),
        Panel(
            "Calls for pictures",
            "reqps",
            (
                Query(
                    "sum by (marketplace, outcome) (rate(mercarich_proxy_image_requests_total{NS}[5m]))",
                    "{{marketplace}} {{outcome}}",
                ),
            ),
            text="Absent before the first.",
        ),
        Panel(
            "Time of a call for a picture",
            "s",
            quantiles("mercarich_proxy_image_request_seconds", "marketplace"),
            text="Absent before the first.",
        ),
        Panel(
            "Breaker of the picture hosts",
            "short",
            (Query("max by (marketplace) (mercarich_proxy_image_breaker_phase{NS})", "{{marketplace}}"),),
            text="0 closed, 1 half open, 2 open.",
        ),
    ),
)
