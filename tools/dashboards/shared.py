"""Panels that several dashboards have, and shapes of queries."""

from tools.dashboards.grafana import Panel, Query


def quantiles(metric: str, by: str, quantiles: tuple[float, ...] = (0.5, 0.95, 0.99)) -> tuple[Query, ...]:
    """Return the quantiles of a histogram, with the label as legend."""
    return tuple(
        Query(
            f"histogram_quantile({q}, sum by (le, {by}) (rate({metric}_bucket{{NS}}[5m])))",
            f"p{q * 100:.0f} {{{{{by}}}}}",
        )
        for q in quantiles
    )


RUN = "{{operation}} {{marketplace}}"
SUCCESS = "mercarich_batch_run_last_success_timestamp_seconds"
SUCCESS_AGE = Panel(
    "Since the last finished run",
    "s",
    (Query(f"time() - max by (operation, marketplace) ({SUCCESS}{{NS}})", RUN),),
    "stat",
    "Absent before the first.",
    (43_200, 54_000),
)
HOLDS = Panel(
    "Holds of the brake",
    "short",
    (Query("max by (marketplace, route) (mercarich_holds_open{NS})", "{{marketplace}} {{route}}"),),
    "stat",
    "Somebody has to look: mercarich hold list.",
    (1,),
)
UNPUSHED = Panel(
    "Oldest change that Amazon does not have",
    "s",
    (Query("max by (kind) (mercarich_listings_unpushed_age_seconds{NS})", "{{kind}}"),),
    thresholds=(600, 1800),
    text="Of those that Amazon could have. 0: it has all.",
)
ACCOUNTS = Panel(
    "Amazon accounts by token",
    "short",
    (Query("max by (verdict) (mercarich_amazon_accounts{NS})", "{{verdict}}"),),
    "stat",
    text="By the verdict on the seller's token.",
)
EXPOSED = Panel(
    "Withdrawals that cannot be delivered",
    "short",
    (Query("max(mercarich_feed_exposed_listings{NS})", "listings"),),
    "stat",
    "No account, or its token is refused.",
    (1,),
)
BACKLOG = Panel(
    "Backlog",
    "short",
    (Query("max by (pool, source) (mercarich_pool_backlog{NS})", "{{pool}} {{source}}"),),
    text="kafka: records that wait; db: rows that will become some.",
)
BREAKER = Panel(
    "Breaker",
    "short",
    (Query("max by (marketplace) (mercarich_proxy_breaker_phase{NS})", "{{marketplace}}"),),
    text="0 closed, 1 half open, 2 open.",
)
