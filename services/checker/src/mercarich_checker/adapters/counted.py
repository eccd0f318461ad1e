"""`ports.Observations` and `ports.Watched` around others, with metrics of what was stored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_checker.metrics import HELD, ITEMS, PAUSED, RECOVERED, REPRICED, WATCH_OLDEST, WATCH_SOURCES, WITHDRAWN
from mercarich_checker.ports import Moved, Observations, Recorded, Released, Taken, Watched
from mercarich_contracts.market import Marketplace, RouteName
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Item
from mercarich_runs.ports import Run


@dataclass(frozen=True, slots=True)
class CountedObservations:
    """Counts after the commit, so that a conflict with its retry counts once."""

    inner: Observations

    def claim(self, batch: CheckBatch, claim: str, until: datetime, now: datetime) -> Sequence[BatchItem]:
        return self.inner.claim(batch, claim, until, now)

    def renew(self, batch: CheckBatch, claim: str, until: datetime) -> None:
        self.inner.renew(batch, claim, until)

    def release(self, batch: CheckBatch, claim: str) -> None:
        self.inner.release(batch, claim)

    def record(self, batch: CheckBatch, seen: Mapping[int, Item], now: datetime) -> Recorded:
        recorded = self.inner.record(batch, seen, now)
        for state, number in recorded.states.items():
            ITEMS.labels(batch.marketplace, state).inc(number)
        if not batch.without_update:
            WITHDRAWN.labels(batch.marketplace).inc(sum(map(len, recorded.withdrawn.values())))
        HELD.labels(batch.marketplace).inc(recorded.held)
        _count_moved(batch.marketplace, recorded.moved)
        REPRICED.labels(batch.marketplace).inc(recorded.moved.counts.get("repriced", 0))
        return recorded

    def store_learnt(self, now: datetime) -> None:
        self.inner.store_learnt(now)

    def apply_released_holds(self, marketplace: Marketplace, now: datetime) -> Released:
        released = self.inner.apply_released_holds(marketplace, now)
        WITHDRAWN.labels(marketplace).inc(sum(map(len, released.withdrawn.values())))
        _count_moved(marketplace, released.moved)
        return released


def _count_moved(marketplace: Marketplace, moved: Moved) -> None:
    for counter, by_seller in ((PAUSED, moved.paused), (RECOVERED, moved.recovered)):
        counter.labels(marketplace).inc(sum(map(len, by_seller.values())))


class CountedWatched:
    def __init__(self, inner: Watched, marketplace: Marketplace) -> None:
        self._inner = inner
        self._taken = WATCH_SOURCES.labels(marketplace)
        self._oldest = WATCH_OLDEST.labels(marketplace)

    def open_windows(self, marketplace: Marketplace) -> Sequence[Run]:
        return self._inner.open_windows(marketplace)

    def free_rows(self, marketplace: Marketplace, now: datetime) -> None:
        self._inner.free_rows(marketplace, now)

    def under_way(self, run: Run) -> int:
        return self._inner.under_way(run)

    def take(self, run: Run, room: int, wrong: Collection[RouteName], now: datetime) -> Taken:
        taken = self._inner.take(run, room, wrong, now)
        self._taken.inc(taken.sources)
        if taken.oldest is not None:
            self._oldest.set(taken.oldest.total_seconds())
        return taken

    def forget(self, marketplace: Marketplace, now: datetime) -> None:
        self._inner.forget(marketplace, now)
