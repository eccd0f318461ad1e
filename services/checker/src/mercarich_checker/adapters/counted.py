"""`ports.Observations` around another one, with metrics of what was stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_checker.metrics import HELD, ITEMS, WITHDRAWN
from mercarich_checker.ports import Observations, Recorded
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Item


@dataclass(frozen=True, slots=True)
class CountedObservations:
    """Counts after the commit, so that a conflict with its retry counts once."""

    inner: Observations

    def claim(self, batch: CheckBatch, until: datetime, now: datetime) -> Sequence[BatchItem]:
        return self.inner.claim(batch, until, now)

    def renew(self, batch: CheckBatch, ids: Sequence[int], until: datetime) -> None:
        self.inner.renew(batch, ids, until)

    def release(self, batch: CheckBatch, ids: Sequence[int]) -> None:
        self.inner.release(batch, ids)

    def record(self, batch: CheckBatch, seen: Mapping[int, Item], now: datetime) -> Recorded:
        recorded = self.inner.record(batch, seen, now)
        for state, number in recorded.states.items():
            ITEMS.labels(batch.marketplace, state).inc(number)
        if not batch.without_update:
            WITHDRAWN.labels(batch.marketplace).inc(sum(map(len, recorded.withdrawn.values())))
        HELD.labels(batch.marketplace).inc(recorded.held)
        return recorded

    def store_learnt(self) -> None:
        self.inner.store_learnt()

    def apply_released_holds(self, marketplace: Marketplace, now: datetime) -> Mapping[int, Sequence[int]]:
        withdrawn = self.inner.apply_released_holds(marketplace, now)
        WITHDRAWN.labels(marketplace).inc(sum(map(len, withdrawn.values())))
        return withdrawn
