"""The checker's Prometheus objects."""

from prometheus_client import Counter, Gauge, Histogram

BATCHES = Counter("mercarich_checker_batches", "Batches handled, by outcome", ["marketplace", "outcome"])
ITEMS = Counter("mercarich_checker_items", "Source items looked at, by what was seen", ["marketplace", "state"])
WITHDRAWN = Counter("mercarich_checker_withdrawn_listings", "Listings withdrawn", ["marketplace"])
WATCH_SOURCES = Counter("mercarich_watch_sources", "Source items that the watch took to look at", ["marketplace"])
WATCH_LATE = Gauge(
    "mercarich_watch_late_seconds",
    "How long after their time the watch took its last sources: the median; below 0: before it",
    ["marketplace"],
)
WATCH_THRESHOLD = Gauge(
    "mercarich_watch_threshold_seconds", "Stale time that makes a look worth its call to the watch", ["marketplace"]
)
HELD = Counter("mercarich_checker_held_listings", "Listings whose withdrawal the brake held", ["marketplace"])
BATCH_SECONDS = Histogram(
    "mercarich_checker_batch_seconds",
    "Time from the claim of a batch to its last answer",
    ["marketplace"],
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 1800),
)
