"""The checker's Prometheus objects."""

from prometheus_client import Counter, Gauge, Histogram

BATCHES = Counter("mercarich_checker_batches", "Batches handled, by outcome", ["marketplace", "outcome"])
ITEMS = Counter("mercarich_checker_items", "Source items looked at, by what was seen", ["marketplace", "state"])
WITHDRAWN = Counter("mercarich_checker_withdrawn_listings", "Listings withdrawn", ["marketplace"])
PAUSED = Counter("mercarich_checker_paused_listings", "Listings taken down by the loss rule", ["marketplace"])
RECOVERED = Counter("mercarich_checker_recovered_listings", "Paused listings put up again", ["marketplace"])
REPRICED = Counter(
    "mercarich_checker_repriced_listings", "Listings whose price is to follow its source", ["marketplace"]
)
WATCH_SOURCES = Counter("mercarich_watch_sources", "Source items that the watch took to look at", ["marketplace"])
WATCH_OLDEST = Gauge(
    "mercarich_watch_oldest_look_seconds",
    "How long ago the last look was at the oldest of the sources that the watch took last",
    ["marketplace"],
)
ORDERED_SECONDS = Histogram(
    "mercarich_checker_ordered_look_seconds",
    "From the read of an order to the look at its source",
    ["marketplace"],
    buckets=(1, 2, 5, 10, 20, 30, 60, 120, 300, 1800, 7200),
)
HELD = Counter("mercarich_checker_held_listings", "Listings whose withdrawal the brake held", ["marketplace"])
BATCH_SECONDS = Histogram(
    "mercarich_checker_batch_seconds",
    "Time from the claim of a batch to its last answer",
    ["marketplace"],
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 1800),
)
