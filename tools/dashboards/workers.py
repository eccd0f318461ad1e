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
            text="min and max are the autoscaler's, desired is its wish, current and ready are pods.",
        ),
        Panel(
            "Bounds that differ from the setting",
            "short",
            (Query("max by (pool, reason) (mercarich_pool_clamped{NS})", "{{pool}} {{reason}}"),),
            text="1 for each reason, such as bounds of the chart, partitions or connections.",
        ),
        Panel(
            "Mode",
            "short",
            (Query("max by (pool, mode) (mercarich_pool_mode{NS}) == 1", "{{pool}} {{mode}}"),),
            text="How the number of a pool is chosen: auto, fixed or paused.",
        ),
        Panel(
            "Lag",
            "short",
            (Query("max by (group, topic) (mercarich_kafka_consumer_group_lag{NS})", "{{group}} {{topic}}"),),
            text="Records that a group has before it. A run publishes many at once.",
        ),
        Panel(
            "Oldest record that waits",
            "s",
            (Query("max by (group) (mercarich_kafka_consumer_group_oldest_age_seconds{NS})", "{{group}}"),),
            thresholds=(600, 1800),
            text="0: none waits.",
        ),
        Panel(
            "Members and partitions",
            "short",
            (
                Query("max by (group) (mercarich_kafka_consumer_group_members{NS})", "{{group}} members"),
                Query("max by (topic) (mercarich_kafka_topic_partitions{NS})", "{{topic}} partitions"),
            ),
            text="Members above the partitions have nothing to do.",
        ),
        Panel(
            "Age of a record when it is handled",
            "s",
            quantiles("mercarich_worker_message_age_seconds", "topic"),
            text="Since its publication; each retry counts again.",
        ),
        Panel(
            "Time of the handler",
            "s",
            quantiles("mercarich_worker_handle_seconds", "topic"),
            text="One record, whatever it ended with.",
        ),
        Panel(
            "Records handled",
            "ops",
            (
                Query(
                    "sum by (topic, outcome) (rate(mercarich_worker_handled_total{NS}[5m]))",
                    "{{topic}} {{outcome}}",
                ),
            ),
            text="not_now: it is tried again; rejected: it went into the dead letters.",
        ),
        Panel(
            "In hand",
            "short",
            (Query("sum by (instance) (mercarich_worker_in_flight{NS})", "{{instance}}"),),
            text="Records that a worker has taken from Kafka and not handled yet.",
        ),
        Panel(
            "Partitions by worker",
            "short",
            (Query("max by (instance) (mercarich_worker_partitions_assigned{NS})", "{{instance}}"),),
            text="Evenly shared while all workers are in the group.",
        ),
        Panel(
            "Rebalances in 15 minutes",
            "short",
            (Query("sum by (instance) (increase(mercarich_worker_rebalances_total{NS}[15m]))", "{{instance}}"),),
            text="More than a few: members come and go, and little work is done.",
        ),
        Panel(
            "Commits",
            "ops",
            (Query("sum by (instance) (rate(mercarich_worker_commits_total{NS}[5m]))", "{{instance}}"),),
            text="Times that a worker told Kafka what it has finished.",
        ),
        Panel(
            "Loop's age, broker away",
            "s",
            (
                Query("max by (instance) (mercarich_worker_loop_age_seconds{NS})", "{{instance}}"),
                Query("max by (instance) (mercarich_worker_broker_away{NS})", "{{instance}} broker away"),
            ),
            text="Time since the main loop moved; 1 while no broker answers.",
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
            text="For a worker. 0: none waits.",
        ),
        Panel(
            "Sellers' jobs that failed in the last hour",
            "short",
            (Query("max by (kind) (mercarich_jobs_failed_last_hour{NS})", "{{kind}}"),),
            thresholds=(10,),
            text="A few are files with wrong rows; many are not.",
        ),
        Panel(
            "Dead letters in a day",
            "short",
            (Query("sum by (topic) (increase(mercarich_worker_dead_letters_total{NS}[1d]))", "{{topic}}"),),
            thresholds=(1,),
            text="Records that were rejected, kept with their bytes and the reason.",
        ),
    ),
)
