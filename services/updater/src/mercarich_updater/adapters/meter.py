"""`use_cases.revive.Meter`, `use_cases.orders.OrderMeter` and `use_cases.approve.ApprovalMeter` on Prometheus."""

from collections.abc import Sequence

from mercarich_contracts.market import Marketplace
from mercarich_updater.metrics import (
    APPROVED_BY_RULE,
    CANDIDATES,
    ORDER_FOUND_SECONDS,
    ORDER_SEARCHES,
    REVIVED,
    SEARCHES,
)
from mercarich_updater.ports import Done


class PrometheusMeter:
    def judged(self, marketplace: Marketplace, refused_by: str | None) -> None:
        CANDIDATES.labels(marketplace, refused_by or "nobody").inc()

    def searched(self, marketplace: Marketplace, outcome: str) -> None:
        SEARCHES.labels(marketplace, outcome).inc()

    def revived(self, marketplace: Marketplace, done: Sequence[Done]) -> None:
        for one in done:
            REVIVED.labels(marketplace, one.kind).inc()

    def approved_by_rule(self, marketplace: Marketplace, number: int) -> None:
        APPROVED_BY_RULE.labels(marketplace).inc(number)

    def order_searched(self, marketplace: Marketplace, result: str) -> None:
        ORDER_SEARCHES.labels(marketplace, result).inc()

    def order_found(self, marketplace: Marketplace, seconds: float) -> None:
        ORDER_FOUND_SECONDS.labels(marketplace).observe(seconds)
