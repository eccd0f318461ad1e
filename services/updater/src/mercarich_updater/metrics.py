"""The updater's Prometheus objects."""

from prometheus_client import Counter, Histogram

BATCHES = Counter("mercarich_updater_batches", "Batches handled, by outcome", ["marketplace", "outcome"])
SEARCHES = Counter(
    "mercarich_updater_searches", "Searches for a replacement, by what they came to", ["marketplace", "outcome"]
)
CANDIDATES = Counter(
    "mercarich_updater_candidates", "Candidates judged, by the filter that refused them", ["marketplace", "refused_by"]
)
REVIVED = Counter("mercarich_updater_revived_listings", "Listings given another source", ["marketplace", "change"])
APPROVED_BY_RULE = Counter(
    "mercarich_updater_approved_by_rule", "Replacements that sellers' rules approved by themselves", ["marketplace"]
)
BATCH_SECONDS = Histogram(
    "mercarich_updater_batch_seconds",
    "Time from the claim of a batch to its last search",
    ["marketplace"],
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 1800),
)
ORDER_SEARCHES = Counter(
    "mercarich_updater_order_searches",
    "Searches for another source of an order, by what they came to",
    ["marketplace", "result"],
)
ORDER_FOUND_SECONDS = Histogram(
    "mercarich_updater_order_found_seconds",
    "Time from the look that found an order's source gone to its first replacement",
    ["marketplace"],
    buckets=(5, 15, 30, 60, 120, 300, 600, 1800, 3600, 10800, 43200),
)
