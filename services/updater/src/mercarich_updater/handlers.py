"""Handle records of `update.<marketplace>`: call the use case, turn its exceptions into those of the worker loop.

Three ticks are here, too.
"""

import threading
import time
from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import RevivalWanted, Unreadable
from mercarich_platform.clock import Clock
from mercarich_platform.kafka import Record
from mercarich_platform.outages import BrokerAway, DatabaseAway
from mercarich_platform.worker import NotNow, Stopped, Undecodable
from mercarich_runs.ports import Batches, ProxyAway
from mercarich_updater.metrics import BATCH_SECONDS, BATCHES
from mercarich_updater.ports import Batch, Decisions
from mercarich_updater.use_cases.approve import ApproveByRule
from mercarich_updater.use_cases.decide import KeepFresh, TakeApproved
from mercarich_updater.use_cases.orders import FindForOrders
from mercarich_updater.use_cases.revive import BatchOutcome, ReviveListings

AGAIN_SECONDS = 5.0
ORDERS_EVERY = 5.0
PUT_OFF_EVERY = 30.0


@dataclass(frozen=True, slots=True)
class RevivalHandler:
    revive: ReviveListings

    def __call__(self, record: Record, stop: threading.Event) -> None:
        try:
            batch = Batch(RevivalWanted.decode(record.value))
        except Unreadable as error:
            raise Undecodable(str(error)) from error
        marketplace = batch.message.marketplace
        started = time.monotonic()
        try:
            outcome = self.revive(batch, stop)
        except (ProxyAway, DatabaseAway) as error:
            BATCHES.labels(marketplace, "put_off").inc()
            raise NotNow(str(error), AGAIN_SECONDS) from error
        BATCHES.labels(marketplace, outcome).inc()
        BATCH_SECONDS.labels(marketplace).observe(time.monotonic() - started)
        if outcome is BatchOutcome.STOPPED:
            raise Stopped


@dataclass(frozen=True, slots=True)
class DecisionsTick:
    """Every few seconds: apply what people approved, and look again at sources of restores that wait too long."""

    take: TakeApproved
    keep_fresh: KeepFresh
    marketplace: Marketplace

    def __call__(self) -> None:
        try:
            self.take(self.marketplace)
            self.keep_fresh(self.marketplace)
        except (ProxyAway, DatabaseAway) as error:
            raise NotNow(str(error), AGAIN_SECONDS) from error


@dataclass(frozen=True, slots=True)
class ApprovalsTick:
    """Every few seconds: let the rules of sellers approve replacements that wait."""

    approve: ApproveByRule
    marketplace: Marketplace

    def __call__(self) -> None:
        try:
            self.approve(self.marketplace)
        except DatabaseAway as error:
            raise NotNow(str(error), AGAIN_SECONDS) from error


@dataclass(frozen=True, slots=True)
class PutOffTick:
    """Publish a message for listings whose search was inconclusive. The message only wakes; twice does no harm."""

    decisions: Decisions
    batches: Batches[RevivalWanted]
    marketplace: Marketplace
    now: Clock

    def __call__(self) -> None:
        try:
            due = self.decisions.put_off(self.marketplace, self.now())
            if due:
                self.batches.publish(RevivalWanted(marketplace=self.marketplace, listing_ids=tuple(due)))
        except (DatabaseAway, BrokerAway) as error:
            raise NotNow(str(error), AGAIN_SECONDS) from error


@dataclass(frozen=True, slots=True)
class OrdersTick:
    """Every few seconds: search another source for the next order whose own is gone."""

    find: FindForOrders
    marketplace: Marketplace

    def __call__(self) -> None:
        try:
            self.find(self.marketplace)
        except (ProxyAway, DatabaseAway) as error:
            raise NotNow(str(error), AGAIN_SECONDS) from error
