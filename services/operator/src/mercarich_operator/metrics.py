"""The operator's Prometheus objects: its own health, the pools, Kafka's lag, and the work counted in the tables."""

from prometheus_client import Counter, Gauge, Histogram

SOURCE_UP = Gauge("mercarich_operator_source_up", "1 while database, kafka and cluster answer", ["source"])
SETTINGS_AGE = Gauge("mercarich_operator_settings_age_seconds", "Time since the settings were last read")
SETTINGS_REVISION = Gauge("mercarich_operator_settings_revision", "Number of the newest change of a setting")
ROUNDS = Counter("mercarich_operator_reconcile", "Rounds, by how they ended", ["result"])
ROUND_SECONDS = Histogram(
    "mercarich_operator_reconcile_duration_seconds",
    "Time that one round takes",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
LAST_ROUND = Gauge("mercarich_operator_last_loop_timestamp_seconds", "When the last round ended, Unix time")
HPA_WRITES = Counter("mercarich_operator_hpa_writes", "Autoscalers written because something differed", ["pool"])
SCALE_WRITES = Counter("mercarich_operator_scale_writes", "Replica numbers written, to pause and to resume", ["pool"])

BACKLOG = Gauge("mercarich_pool_backlog", "Units that wait for a pool: kafka records, db rows", ["pool", "source"])
REPLICAS = Gauge("mercarich_pool_replicas", "Replicas of a pool: min, max, desired, current, ready", ["pool", "kind"])
MODE = Gauge("mercarich_pool_mode", "1 for the mode that a pool is in", ["pool", "mode"])
CLAMPED = Gauge("mercarich_pool_clamped", "1 while bounds differ from the setting for this reason", ["pool", "reason"])
LAG = Gauge("mercarich_kafka_consumer_group_lag", "Records that a group has before it in a topic", ["group", "topic"])
PARTITIONS = Gauge("mercarich_kafka_topic_partitions", "Partitions of a topic", ["topic"])
GROUP_MEMBERS = Gauge("mercarich_kafka_consumer_group_members", "Workers in a group", ["group", "topic"])
OLDEST_AGE = Gauge(
    "mercarich_kafka_consumer_group_oldest_age_seconds",
    "Time since the oldest record that a group has not handled was published; 0: none waits",
    ["group", "topic"],
)

RUNS = Counter(
    "mercarich_batch_runs", "Runs that ended while the operator ran", ["operation", "marketplace", "outcome"]
)
LAST_SUCCESS = Gauge(
    "mercarich_batch_run_last_success_timestamp_seconds",
    "When the last finished run ended, Unix time; absent before the first",
    ["operation", "marketplace"],
)
LAST_SUCCESS_SECONDS = Gauge(
    "mercarich_batch_run_last_success_duration_seconds",
    "How long the last finished run took; absent before the first",
    ["operation", "marketplace"],
)
WAITING_SINCE = Gauge(
    "mercarich_batch_run_waiting_since_timestamp_seconds",
    "When the last finished run ended, or its row or its CronJob was made, if that was later; Unix time",
    ["operation", "marketplace"],
)
INTERVAL = Gauge(
    "mercarich_batch_run_interval_seconds",
    "Longest time between two starts by the CronJob; absent while it is suspended",
    ["operation", "marketplace"],
)
RUN_HELD = Gauge("mercarich_batch_run_held", "1 while a run waits for canaries", ["operation", "marketplace"])
RUN_SILENCE = Gauge(
    "mercarich_batch_run_silence_seconds",
    "Longest silence of the planner of a run that has not ended; 0 without one",
    ["operation", "marketplace"],
)
RUN_ITEMS = Gauge(
    "mercarich_batch_run_items",
    "Of the newest run: sources planned, checked and so on; listings fallen, withdrawn, released, held now",
    ["operation", "marketplace", "kind"],
)
PAUSED = Gauge("mercarich_listings_paused", "Listings that the loss rule keeps down now", ["marketplace"])
OPEN_HOLDS = Gauge(
    "mercarich_holds_open", "Holds that nobody has released; route `all`: of no route", ["marketplace", "route"]
)
COVERAGE = Gauge(
    "mercarich_coverage_ratio",
    "Sources on sale looked at within their plans: all, worst_seller; absent before the first count",
    ["marketplace", "of"],
)
COVERAGE_COUNTED = Gauge(
    "mercarich_coverage_counted_timestamp_seconds",
    "When coverage was last counted, Unix time; 0: never; the present while there is no source",
    ["marketplace"],
)
LOOK_AGE = Gauge(
    "mercarich_look_age_seconds",
    "Age within which a share of the sources on sale was looked at: all, worst_seller; absent without looks",
    ["marketplace", "of", "quantile"],
)
UNPUSHED_AGE = Gauge(
    "mercarich_listings_unpushed_age_seconds",
    "Time since the oldest change that Amazon could have and does not: withdrawal, restore; 0: it has all",
    ["kind"],
)
ACCOUNTS = Gauge("mercarich_amazon_accounts", "Sellers' Amazon accounts by their token's verdict", ["verdict"])
DELETED = Counter(
    "mercarich_records_deleted", "Old rows that `delete_old_items` deleted, by what they were records of", ["record"]
)
JOBS = Gauge(
    "mercarich_jobs", "Sellers' jobs that have not ended: waiting for a worker, running, frozen", ["kind", "state"]
)
JOBS_OLDEST = Gauge(
    "mercarich_jobs_oldest_waiting_seconds", "How long a seller's job has waited for a worker; 0: none waits", ["kind"]
)
JOBS_FAILED = Gauge("mercarich_jobs_failed_last_hour", "Sellers' jobs that failed within the last hour", ["kind"])
