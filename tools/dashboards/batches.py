"""Dashboard of the runs and their results."""

from tools.dashboards.grafana import Dashboard, Panel, Query
from tools.dashboards.shared import HOLDS, RUN, SUCCESS_AGE, quantiles

BATCHES = Dashboard(
    "batches",
    "Batches",
    (
        Panel(
            "Coverage: sources looked at within their plans",
            "percentunit",
            (Query("max by (marketplace, of) (mercarich_coverage_ratio{NS})", "{{marketplace}} {{of}}"),),
            text="Of all sellers, and of the seller with the lowest. Nothing is shown before the first count.",
        ),
        Panel(
            "Age of the looks at sources on sale",
            "s",
            (
                Query(
                    "max by (marketplace, of, quantile) (mercarich_look_age_seconds{NS})",
                    "{{marketplace}} {{of}} {{quantile}}",
                ),
            ),
            text="Half of the sources, 95 % and all were looked at within this time. Absent until looks were counted.",
        ),
        Panel(
            "Since coverage was last counted",
            "s",
            (
                Query(
                    "time() - max by (marketplace) (mercarich_coverage_counted_timestamp_seconds{NS})",
                    "{{marketplace}}",
                ),
            ),
            thresholds=(1800, 3600),
            text="Coverage and the age of the looks are as old as this.",
        ),
        SUCCESS_AGE,
        Panel(
            "How long the last finished run took",
            "s",
            (
                Query(
                    "max by (operation, marketplace) (mercarich_batch_run_last_success_duration_seconds{NS})",
                    RUN,
                ),
            ),
            text="Absent before the first.",
        ),
        Panel(
            "Calls a second: needed by the plans, and available",
            "short",
            (
                Query(
                    "max by (marketplace) (mercarich_capacity_needed_calls_per_second{NS})",
                    "{{marketplace}} needed",
                ),
                Query(
                    "max by (marketplace) (mercarich_capacity_available_calls_per_second{NS})",
                    "{{marketplace}} available",
                ),
            ),
            text="Looks at sources alone; searches come on top.",
        ),
        Panel(
            "Sources that the watch took",
            "ops",
            (Query("sum by (marketplace) (rate(mercarich_watch_sources_total{NS}[15m]))", "{{marketplace}}"),),
            text="Absent before the first.",
        ),
        Panel(
            "Oldest source that the watch took last",
            "s",
            (Query("max by (marketplace) (mercarich_watch_oldest_look_seconds{NS})", "{{marketplace}}"),),
            text="How long ago it was looked at before. Absent before the first.",
        ),
        Panel(
            "Runs that ended in the last day",
            "short",
            (
                Query(
                    "sum by (operation, marketplace, outcome) (increase(mercarich_batch_runs_total{NS}[1d]))",
                    f"{RUN} {{{{outcome}}}}",
                ),
            ),
            text="superseded: a newer run took its rows over. Counted while the operator runs.",
        ),
        Panel(
            "The newest run's progress",
            "percentunit",
            (
                Query(
                    'max by (operation, marketplace) (mercarich_batch_run_items{NS, kind="checked"})'
                    ' / (max by (operation, marketplace) (mercarich_batch_run_items{NS, kind="planned"}) > 0)',
                    RUN,
                ),
            ),
            text="Sources checked of those planned. 1: the run has ended, or is about to.",
        ),
        Panel(
            "The newest run's items",
            "short",
            (
                Query(
                    "max by (operation, marketplace, kind) (mercarich_batch_run_items{NS})",
                    f"{RUN} {{{{kind}}}}",
                ),
            ),
            text="Sources planned and checked; listings fallen, withdrawn, released by a person, held now.",
        ),
        Panel(
            "The planner's silence",
            "s",
            (Query("max by (operation, marketplace) (mercarich_batch_run_silence_seconds{NS})", RUN),),
            text="0 while no run is going on.",
            thresholds=(60, 300),
        ),
        Panel(
            "Held for canaries",
            "short",
            (Query("max by (operation, marketplace) (mercarich_batch_run_held{NS})", RUN),),
            text="1 while a run waits, because items of known state look wrong.",
        ),
        Panel(
            "Batches handled",
            "ops",
            (
                Query(
                    "sum by (marketplace, outcome) (rate(mercarich_checker_batches_total{NS}[5m]))",
                    "{{marketplace}} {{outcome}}",
                ),
            ),
            text="put_off: proxy or database were away, and it is handled later.",
        ),
        Panel(
            "Time of a batch",
            "s",
            quantiles("mercarich_checker_batch_seconds", "marketplace"),
            text="From the claim of a batch until its last answer. It follows the proxy's budget of calls.",
        ),
        Panel(
            "Items by what was seen",
            "ops",
            (
                Query(
                    "sum by (marketplace, state) (rate(mercarich_checker_items_total{NS}[5m]))",
                    "{{marketplace}} {{state}}",
                ),
            ),
            text="unknown changes nothing: the response proved no state.",
        ),
        Panel(
            "Listings withdrawn and held",
            "ops",
            (
                Query(
                    "sum by (marketplace) (rate(mercarich_checker_withdrawn_listings_total{NS}[5m]))",
                    "withdrawn {{marketplace}}",
                ),
                Query(
                    "sum by (marketplace) (rate(mercarich_checker_held_listings_total{NS}[5m]))",
                    "held {{marketplace}}",
                ),
            ),
            text="held: the brake waits for a second look or a person.",
        ),
        Panel(
            "Listings paused and recovered by price",
            "ops",
            (
                Query(
                    "sum by (marketplace) (rate(mercarich_checker_paused_listings_total{NS}[5m]))",
                    "paused {{marketplace}}",
                ),
                Query(
                    "sum by (marketplace) (rate(mercarich_checker_recovered_listings_total{NS}[5m]))",
                    "recovered {{marketplace}}",
                ),
            ),
            text="The loss stop: a sale would earn too little, or enough again.",
        ),
        Panel(
            "Prices that follow their source",
            "ops",
            (
                Query(
                    "sum by (marketplace) (rate(mercarich_checker_repriced_listings_total{NS}[5m]))",
                    "asked for {{marketplace}}",
                ),
                Query("sum by (outcome) (rate(mercarich_feed_prices_total{NS}[5m]))", "{{outcome}}"),
            ),
            text="asked for by looks; changed, overtaken or stopped at Amazon.",
        ),
        Panel(
            "Listings paused now",
            "short",
            (Query("max by (marketplace) (mercarich_listings_paused{NS})", "{{marketplace}}"),),
            text="Down by the loss rules of their sellers.",
        ),
        HOLDS,
    ),
)
