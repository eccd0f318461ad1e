"""Metrics of all workers: their records, their membership in the group, their loop."""

from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram

HANDLED = Counter("mercarich_worker_handled", "Records a handler was called for, by how it ended", ["topic", "outcome"])
HANDLE_SECONDS = Histogram(
    "mercarich_worker_handle_seconds",
    "One call of the handler, whatever it ended with",
    ["topic"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800),
)
MESSAGE_AGE = Histogram(
    "mercarich_worker_message_age_seconds",
    "From a record's publication until a handler is called for it, each retry counted again",
    ["topic"],
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800, 3600, 14400, 43200),
)
IN_FLIGHT = Gauge("mercarich_worker_in_flight", "Records taken from Kafka and not handled yet")
PARTITIONS = Gauge("mercarich_worker_partitions_assigned", "Partitions that are this worker's")
STOPPED = Gauge(
    "mercarich_worker_partitions_stopped", "Partitions that are this worker's and of which it rejected too many records"
)
REBALANCES = Counter("mercarich_worker_rebalances", "Times that the group gave this worker its partitions")
LOOP_AGE = Gauge("mercarich_worker_loop_age_seconds", "Time since the main loop moved")
COMMITS = Counter("mercarich_worker_commits", "Offset commits that were sent")
DEAD_LETTERS = Counter("mercarich_worker_dead_letters", "Records put into a dead letter topic", ["topic"])
BROKER_AWAY = Gauge("mercarich_worker_broker_away", "1 while no broker answers")


OUTCOMES = ("handled", "not_now", "rejected", "stopped", "failed")


def begin_at_zero(topics: Sequence[str]) -> None:
    """Start counters at 0: Prometheus sees no increase in a counter whose first value is 1."""
    for topic in topics:
        DEAD_LETTERS.labels(topic)
        for outcome in OUTCOMES:
            HANDLED.labels(topic, outcome)
