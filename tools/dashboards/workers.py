"""Dashboard of the pools, their backlog and their records."""

from tools.dashboards.grafana import Dashboard, Panel, Query
from tools.dashboards.shared import BACKLOG, quantiles

WORKERS = Dashboard(
    "workers",
    "Workers and scaling",
    (
        BACKLOG,
        Panel(
            "Replicas",
            "short",
            (Query("max by (pool, kind) (mercarich_pool_replicas{NS})", "{{pool}} {{kind}}"),),
        ),
        Panel(
            "Bounds that differ from the setting",
            "short",
            (Query("max by (pool, reason) (mercarich_pool_clamped{NS})", "{{pool}} {{reason}}"),),
        ),
        Panel("Mode", "short", (Query("max by (pool, mode) (mercarich_pool_mode{NS}) == 1", "{{pool}} {{mode}}"),)),
        Panel(
            "Lag",
            "short",
            (Query("max by (group, topic) (mercarich_kafka_consumer_group_lag{NS})", "{{group}} {{topic}}"),),
        ),
        Panel(
            "Oldest record that waits",
            "s",
            (Query("max by (group) (mercarich_kafka_consumer_group_oldest_age_seconds{NS})", "{{group}}"),),
            thresholds=(600, 1800),
        ),
        Panel(
            "Members and partitions",
            "short",
            (
                Query("max by (group) (mercarich_kafka_consumer_group_members{NS})", "{{group}} members"),
                Query("max by (topic) (mercarich_kafka_topic_partitions{NS})", "{{topic}} partitions"),
            ),
        ),
        Panel("Age of a record when it is handled", "s", quantiles("mercarich_worker_message_age_seconds", "topic")),
        Panel("Time of the handler", "s", quantiles("mercarich_worker_handle_seconds", "topic")),
        Panel(
            "Records handled",
            "ops",
            (
                Query(
                    "sum by (topic, outcome) (rate(mercarich_worker_handled_total{NS}[5m]))",
                    "{{topic}} {{outcome}}",
                ),
            ),
        ),
        Panel(
            "In hand",
            "short",
            (Query("sum by (instance) (mercarich_worker_in_flight{NS})", "{{instance}}"),),
        ),
        Panel(
            "Partitions by worker",
            "short",
            (Query("max by (instance) (mercarich_worker_partitions_assigned{NS})", "{{instance}}"),),
        ),
        Panel(
            "Rebalances in 15 minutes",
            "short",
            (Query("sum by (instance) (increase(mercarich_worker_rebalances_total{NS}[15m]))", "{{instance}}"),),
        ),
        Panel(
            "Commits",
            "ops",
            (Query("sum by (instance) (rate(mercarich_worker_commits_total{NS}[5m]))", "{{instance}}"),),
        ),
        Panel(
            "Loop's age, broker away",
            "s",
            (
                Query("max by (instance) (mercarich_worker_loop_age_seconds{NS})", "{{instance}}"),
                Query("max by (instance) (mercarich_worker_broker_away{NS})", "{{instance}} broker away"),
            ),
        ),
        Panel(
            "Sellers' jobs",
            "short",
            (Query("max by (kind, state) (mercarich_jobs{NS})", "{{kind}} {{state}}"),),
            text="frozen: a worker owes progress for too long.",
        ),
        Panel(
            "Sellers' job that waits longest",
            "s",
            (Query("max by (kind) (mercarich_jobs_oldest_waiting_seconds{NS})", "{{kind}}"),),
            thresholds=(600, 1800),
        ),
        Panel(
            "Sellers' jobs that failed in the last hour",
            "short",
            (Query("max by (kind) (mercarich_jobs_failed_last_hour{NS})", "{{kind}}"),),
            thresholds=(10,),
        ),
        Panel(
            "Dead letters in a day",
            "short",
            (Query("sum by (topic) (increase(mercarich_worker_dead_letters_total{NS}[1d]))", "{{topic}}"),),
            thresholds=(1,),
        ),
    ),
)
