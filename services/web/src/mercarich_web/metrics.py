"""The Prometheus objects of web's processes."""

from prometheus_client import Counter, Histogram

SLICES = Counter("mercarich_web_job_slices", "Slices of sellers' jobs, by how they ended", ["kind", "outcome"])
OUTCOMES = ("gave_way", "ended", "put_off", "overtaken")
SLICE_SECONDS = Histogram(
    "mercarich_web_job_slice_seconds",
    "One slice of a seller's job",
    ["kind"],
    buckets=(0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
PICTURES = Counter(
    "mercarich_web_listings_pictured", "New listings whose pictures were to be saved, by what came of it", ["outcome"]
)
PICTURE_OUTCOMES = ("saved", "none", "put_off")

NOTICES = Counter("mercarich_web_notices", "Mails and calls of notices, by what came of a try", ["way", "outcome"])
NOTICE_OUTCOMES = ("sent", "put_off", "left")

REQUEST_SECONDS = Histogram(
    "mercarich_web_request_seconds",
    "Answers of pages until their last byte, by the route's pattern and the status",
    ["route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10),
)


def begin_at_zero(kind: str) -> None:
    """Initialise the counters: Prometheus sees no increase in a counter that first appears at 1."""
    for outcome in OUTCOMES:
        SLICES.labels(kind, outcome)
    for outcome in PICTURE_OUTCOMES:
        PICTURES.labels(outcome)
