"""Dashboard of the pages, sellers' jobs and notices."""

from tools.dashboards.grafana import Dashboard, Panel, Query
from tools.dashboards.shared import quantiles

_REQUESTS = "mercarich_web_request_seconds"
_NOBODY = "Absent before the first answer."

PAGES = Dashboard(
    "pages",
    "Pages and notices",
    (
        Panel(
            "Processes",
            "short",
            (Query('count by (process) (mercarich_build_info{NS, process=~"pages|notices|oauth"})', "{{process}}"),),
            "stat",
            text="Pods of pages and notices that are scraped, and of the page that links sellers to Amazon.",
        ),
        Panel(
            "Answers by status",
            "reqps",
            (Query(f"sum by (status) (rate({_REQUESTS}_count{{NS}}[5m]))", "{{status}}"),),
            text=_NOBODY,
        ),
        Panel(
            "Share of server errors",
            "percentunit",
            (
                Query(
                    f'sum(rate({_REQUESTS}_count{{NS, status=~"5.."}}[5m]))'
                    f" / (sum(rate({_REQUESTS}_count{{NS}}[5m])) > 0)",
                    "5xx",
                ),
            ),
            text="Absent while there is none.",
            thresholds=(0.01, 0.05),
        ),
        Panel(
            "Time of an answer",
            "s",
            tuple(
                Query(f"histogram_quantile({q}, sum by (le) (rate({_REQUESTS}_bucket{{NS}}[5m])))", f"p{q * 100:.0f}")
                for q in (0.5, 0.95, 0.99)
            ),
            text=_NOBODY,
        ),
        Panel(
            "Slowest routes (p95)",
            "s",
            (
                Query(
                    f"topk(10, histogram_quantile(0.95, sum by (le, route) (rate({_REQUESTS}_bucket{{NS}}[15m]))))",
                    "{{route}}",
                ),
            ),
            text=_NOBODY,
        ),
        Panel(
            "Routes with server errors",
            "ops",
            (Query(f'sum by (route) (rate({_REQUESTS}_count{{NS, status=~"5.."}}[15m]))', "{{route}}"),),
            text="Absent while there is none.",
        ),
        Panel(
            "Mails and webhooks",
            "ops",
            (Query("sum by (way, outcome) (rate(mercarich_web_notices_total{NS}[15m]))", "{{way}} {{outcome}}"),),
            text="put_off: it is tried again; left: it is not.",
        ),
        Panel(
            "Slices of sellers' jobs",
            "ops",
            (Query("sum by (kind, outcome) (rate(mercarich_web_job_slices_total{NS}[5m]))", "{{kind}} {{outcome}}"),),
            text="A seller's job, such as an import, goes on in slices. By how each ended.",
        ),
        Panel(
            "Time of a slice",
            "s",
            quantiles("mercarich_web_job_slice_seconds", "kind", (0.5, 0.95)),
            text="Absent before the first.",
        ),
        Panel(
            "New listings by their pictures",
            "ops",
            (Query("sum by (outcome) (rate(mercarich_web_listings_pictured_total{NS}[15m]))", "{{outcome}}"),),
            text="What came of saving the pictures of a new listing's source.",
        ),
    ),
)
