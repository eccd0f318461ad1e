"""Metrics of the marketplaces' capacity: published by the operator, on one machine by the scheduler."""

from collections.abc import Iterable

from prometheus_client import Gauge

from mercarich_contracts.capacity import Capacity

CALLS_NEEDED = Gauge(
    "mercarich_capacity_needed_calls_per_second",
    "Calls that looks at all sources on sale take by the plans of their sellers; absent before the first count",
    ["marketplace"],
)
CALLS_AVAILABLE = Gauge(
    "mercarich_capacity_available_calls_per_second",
    "The outbound budget, as a checker has last heard it from the proxy; absent before that",
    ["marketplace"],
)


def publish(capacities: Iterable[Capacity]) -> None:
    """Set the gauges of these marketplaces; the budget of one keeps its last value where it is not known."""
    for one in capacities:
        CALLS_NEEDED.labels(one.marketplace).set(one.needed_per_second)
        if one.available_per_second is not None:
            CALLS_AVAILABLE.labels(one.marketplace).set(one.available_per_second)
