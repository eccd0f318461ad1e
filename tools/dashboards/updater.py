"""Dashboard of the searches for replacements."""

from tools.dashboards.grafana import Dashboard, Panel, Query
from tools.dashboards.shared import quantiles

UPDATER = Dashboard(
    "updater",
    "Replacements",
    (
        Panel(
            "Searches",
            "ops",
            (
                Query(
                    "sum by (marketplace, outcome) (rate(mercarich_updater_searches_total{NS}[15m]))",
                    "{{marketplace}} {{outcome}}",
                ),
            ),
            text="By what a search for a replacement came to. Absent before the first.",
        ),
        Panel(
            "Listings given another source, an hour",
            "short",
            (
                Query(
                    "sum by (marketplace, change) (increase(mercarich_updater_revived_listings_total{NS}[1h]))",
                    "{{marketplace}} {{change}}",
                ),
            ),
            text="Absent before the first.",
        ),
        Panel(
            "Candidates by the filter that refused them",
            "ops",
            (
                Query(
                    "sum by (refused_by) (rate(mercarich_updater_candidates_total{NS}[15m]))",
                    "{{refused_by}}",
                ),
            ),
            text="Absent before the first.",
        ),
        Panel(
            "Batches handled",
            "ops",
            (
                Query(
                    "sum by (marketplace, outcome) (rate(mercarich_updater_batches_total{NS}[15m]))",
                    "{{marketplace}} {{outcome}}",
                ),
            ),
            text="By how they ended.",
        ),
        Panel(
            "Time of a batch",
            "s",
            quantiles("mercarich_updater_batch_seconds", "marketplace"),
            text="From the claim of a batch until its last search. It follows the proxy's budget of calls.",
        ),
        Panel(
            "Searches for orders whose source is gone, an hour",
            "short",
            (
                Query(
                    "sum by (marketplace, result) (increase(mercarich_updater_order_searches_total{NS}[1h]))",
                    "{{marketplace}} {{result}}",
                ),
            ),
            text="By what they came to. Absent before the first.",
        ),
        Panel(
            "From an order's source gone to its first replacement",
            "s",
            quantiles("mercarich_updater_order_found_seconds", "marketplace"),
            text="Orders without one are not in it. It is to be less than 10 minutes. Absent before the first.",
        ),
        Panel(
            "Replacements that sellers' rules approved, an hour",
            "short",
            (
                Query(
                    "sum by (marketplace) (increase(mercarich_updater_approved_by_rule_total{NS}[1h]))",
                    "{{marketplace}}",
                ),
            ),
            text="A rule approves at most 20 of a seller in 24 hours. Absent before the first.",
        ),
    ),
)
