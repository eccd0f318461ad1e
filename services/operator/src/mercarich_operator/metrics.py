"""The operator's Prometheus objects: its own health, the pools, and Kafka's lag for everybody."""

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
