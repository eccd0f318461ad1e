"""`use_cases.revive.Meter` on Prometheus."""

from collections.abc import Sequence

from mercarich_contracts.market import Marketplace
from mercarich_updater.metrics import CANDIDATES, REVIVED, SEARCHES
from mercarich_updater.ports import Done


class PrometheusMeter:
    def judged(self, marketplace: Marketplace, refused_by: str | None) -> None:
        CANDIDATES.labels(marketplace, refused_by or "nobody").inc()

    def searched(self, marketplace: Marketplace, outcome: str) -> None:
        SEARCHES.labels(marketplace, outcome).inc()

    def revived(self, marketplace: Marketplace, done: Sequence[Done]) -> None:
        for one in done:
            REVIVED.labels(marketplace, one.kind).inc()
