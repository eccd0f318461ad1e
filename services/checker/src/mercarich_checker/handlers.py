"""Handle records of `check.<marketplace>`: call the use case, turn its exceptions into those of the worker loop."""

import threading
import time
from dataclasses import dataclass

from mercarich_checker.metrics import BATCH_SECONDS, BATCHES
from mercarich_checker.ports import Events, Observations
from mercarich_checker.use_cases.check_batch import BatchOutcome, CheckBatchItems
from mercarich_checker.use_cases.count_outcomes import CountOutcomes
from mercarich_checker.use_cases.look_at_ordered import LookAtOrdered
from mercarich_checker.use_cases.measure_capacity import MeasureCapacity
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import CheckBatch, Unreadable
from mercarich_platform.clock import Clock
from mercarich_platform.kafka import Record
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.worker import NotNow, Stopped, Undecodable
from mercarich_runs.ports import ProxyAway

AGAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class CheckBatchHandler:
    check: CheckBatchItems

    def __call__(self, record: Record, stop: threading.Event) -> None:
        try:
            batch = CheckBatch.decode(record.value)
        except Unreadable as error:
            raise Undecodable(str(error)) from error
        started = time.monotonic()
        try:
            outcome = self.check(batch, stop)
        except (ProxyAway, DatabaseAway) as error:
            BATCHES.labels(batch.marketplace, "put_off").inc()
            raise NotNow(str(error), AGAIN_SECONDS) from error
        BATCHES.labels(batch.marketplace, outcome).inc()
        BATCH_SECONDS.labels(batch.marketplace).observe(time.monotonic() - started)
        if outcome is BatchOutcome.STOPPED:
            raise Stopped


@dataclass(frozen=True, slots=True)
class ReleasedHoldsTick:
    """Every few seconds: change the listings of holds that a person released, and close holds of nothing."""

    observations: Observations
    events: Events
    marketplace: Marketplace
    now: Clock

    def __call__(self) -> None:
        try:
            released = self.observations.apply_released_holds(self.marketplace, self.now())
        except DatabaseAway as error:
            raise NotNow(str(error), AGAIN_SECONDS) from error
        self.events.withdrawn(self.marketplace, None, released.withdrawn)
        for changed in (released.moved.paused, released.moved.recovered):
            self.events.changed(changed)


@dataclass(frozen=True, slots=True)
class OrderedTick:
    """Every few seconds: look at what buyers have ordered."""

    look: LookAtOrdered
    stop: threading.Event

    def __call__(self) -> None:
        try:
            self.look(self.stop)
        except (ProxyAway, DatabaseAway) as error:
            raise NotNow(str(error), AGAIN_SECONDS) from error


@dataclass(frozen=True, slots=True)
class LearntTick:
    """From time to time: store what the looks have shown of how long sources last."""

    observations: Observations
    now: Clock

    def __call__(self) -> None:
        try:
            self.observations.store_learnt(self.now())
        except DatabaseAway as error:
            raise NotNow(str(error), AGAIN_SECONDS) from error


@dataclass(frozen=True, slots=True)
class OutcomesTick:
    """Every few minutes, in one worker: what became of orders beside what was to be expected."""

    count: CountOutcomes

    def __call__(self) -> None:
        try:
            self.count()
        except DatabaseAway as error:
            raise NotNow(str(error), AGAIN_SECONDS) from error


@dataclass(frozen=True, slots=True)
class CapacityTick:
    """Every minute, in one worker: whether the budget is enough for the sellers' plans."""

    measure: MeasureCapacity

    def __call__(self) -> None:
        try:
            self.measure()
        except (ProxyAway, DatabaseAway) as error:
            raise NotNow(str(error), AGAIN_SECONDS) from error
