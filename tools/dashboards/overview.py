"""Dashboard that shows at a glance whether anything is wrong."""

from tools.dashboards.grafana import Dashboard, Panel, Query
from tools.dashboards.shared import ACCOUNTS, BACKLOG, BREAKER, EXPOSED, HOLDS, SUCCESS_AGE, UNPUSHED

OVERVIEW = Dashboard(
    "overview",
    "Overview",
    (
        Panel(
            "Alerts that fire",
            "short",
            (Query('count(ALERTS{NS, alertname=~"Mercarich.*", alertstate="firing"}) or vector(0)', "alerts"),),
            "stat",
            thresholds=(1,),
            text="Of Mercarich. The runbook has a section for each.",
        ),
        SUCCESS_AGE,
        HOLDS,
        Panel(
            "Items checked an hour",
            "short",
            (
                Query(
                    "sum by (marketplace) (rate(mercarich_checker_items_total{NS}[5m])) * 3600",
                    "{{marketplace}}",
                ),
            ),
            text="At the rate of the last five minutes.",
        ),
        BACKLOG,
        UNPUSHED,
        BREAKER,
        EXPOSED,
        ACCOUNTS,
        Panel(
            "Processes",
            "short",
            (Query("count by (process, version) (mercarich_build_info{NS})", "{{process}} {{version}}"),),
            "stat",
            text="By release. Two releases: a rollout is under way, or has stopped.",
        ),
    ),
)
