"""Measure the system as a whole, in a thread beside the pages: what the database tells, the proxies and the broker."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mercarich_contracts.market import Marketplace
from mercarich_platform.clock import Clock, Monotonic, monotonic
from mercarich_platform.outages import BrokerAway, DatabaseAway
from mercarich_web.marketplaces.proxies import ProxyAway
from mercarich_web.marketplaces.proxies_http import HttpProxies
from mercarich_web.overview.day import KEPT_FOR, STEP, Sample, step_of
from mercarich_web.overview.sql import SqlDay
from mercarich_web.troubles.sql import SqlMeasures, SqlSystem
from mercarich_web.troubles.troubles import MEASURE_EVERY, SLOW_SECONDS, Measure, Part, measures_now
from mercarich_web.workers.pools_kafka import KafkaBroker, KafkaPools

log = logging.getLogger(__name__)

STOP_SECONDS = 5.0


@dataclass(slots=True)
class MeasureSystem:
    """Measure every part once, and store it, unless another replica of the pages does (`measures_now`): then return
    nothing. Raises `DatabaseAway`: then nothing is known, and the pages say so.
    """

    system: SqlSystem
    book: SqlMeasures
    proxies: HttpProxies
    broker: KafkaBroker
    now: Clock
    seconds: Monotonic = monotonic
    _own_at: datetime | None = field(default=None, init=False)

    def __call__(self) -> Sequence[Measure]:
        began = self.seconds()
        known = self.book.last()
        took = self.seconds() - began
        if not measures_now(known, self._own_at, self.now()):
            return []
        measures = [self._database(took), *(self._breaker(name) for name in Marketplace), self._broker()]
        measures += self.system.measures(self.now())
        self.book.keep(measures)
        self._own_at = max(one.measured_at for one in measures)
        return measures

    def _breaker(self, name: Marketplace) -> Measure:
        try:
            state = "closed" if self.proxies.state(name.value).breaker == "closed" else "open"
        except ProxyAway:
            state = "silent"
        now = self.now()
        return Measure(Part.BREAKER, name.value, state, now, now)

    def _broker(self) -> Measure:
        try:
            self.broker.reach()
            state = "reached"
        except BrokerAway:
            state = "away"
        now = self.now()
        return Measure(Part.BROKER, "", state, now, now)

    def _database(self, took: float) -> Measure:
        now = self.now()
        return Measure(Part.DATABASE, "", "slow" if took > SLOW_SECONDS else "quick", now, now, took)


@dataclass(slots=True)
class KeepDay:
    """Keep a sample of each whole step, as its first round of measuring finds it."""

    book: SqlDay
    pools: KafkaPools
    now: Clock
    _kept: datetime | None = field(default=None, init=False)

    def __call__(self, measures: Sequence[Measure]) -> None:
        """Without measures, another replica keeps it. Raises `DatabaseAway`."""
        at = step_of(self.now())
        if not measures or at == self._kept:
            return
        lags, pushes = self._lags(), next(one for one in measures if one.part is Part.PUSHES)
        waited = pushes.lasted.total_seconds() if pushes.state == "waiting" else 0.0
        samples = []
        for name in Marketplace:
            looks, oldest_at = self.book.looks(name.value, at - STEP, at)
            oldest = None if oldest_at is None else (at - oldest_at).total_seconds()
            samples.append(Sample(at, name.value, looks, lags.get(f"checker-{name}"), oldest, waited))
        self.book.keep(samples, at - KEPT_FOR)
        self._kept = at

    def _lags(self) -> Mapping[str, int]:
        try:
            return {pool.name: pool.lag for pool in self.pools.states()}
        except BrokerAway:
            return {}


class MeasuringThread:
    """Call `start` once, and `stop` at the end."""

    def __init__(self, measure: Callable[[], object], end: Callable[[], None]) -> None:
        self._measure = measure
        self._end = end
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="measuring", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Wait for the round under way, but not for a broker that does not respond; without a start, do nothing."""
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._measure()
            except DatabaseAway as error:
                log.warning("the system cannot be measured", extra={"problem": str(error)})
            except Exception:
                # The pages tell that nothing is known until a later round succeeds.
                log.exception("a round of measuring failed")
            self._over.wait(MEASURE_EVERY.total_seconds())
        self._end()
