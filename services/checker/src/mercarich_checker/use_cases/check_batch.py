"""The worker's flow: claim a batch, ask the proxy, store each group of answers in one transaction."""

import logging
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_checker.ports import URGENT_CLAIM, Events, Observations
from mercarich_contracts.market import ErrorClass, Marketplace, Reason, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_platform.clock import Clock
from mercarich_platform.outages import DatabaseAway
from mercarich_runs.ports import ProxyAway, Sources, Superseded
from mercarich_runs.use_cases.patience import give_back

log = logging.getLogger(__name__)


class BatchOutcome(StrEnum):
    """How a batch ended: the label of the metric."""

    ANSWERED = "answered"
    SUPERSEDED = "superseded"
    NOTHING_TO_DO = "nothing_to_do"
    """The message came twice: another worker has the batch or has finished it."""
    STOPPED = "stopped"
    """The process is to end: answers so far are stored, the other items are given back."""


@dataclass(frozen=True, slots=True)
class CheckBatchItems:
    """Look at each item of a batch once, and apply the result to the listings that it is the source of.

    Raises `ProxyAway` and `DatabaseAway`. Answers stored before that stay; the other items are given back, so that
    whoever gets the batch next claims them as if nobody had.
    """

    observations: Observations
    sources: Sources
    events: Events
    now: Clock
    lease: timedelta

    def __call__(self, batch: CheckBatch, stop: threading.Event) -> BatchOutcome:
        claim = URGENT_CLAIM + secrets.token_hex(12) if batch.urgent else secrets.token_hex(16)
        try:
            claimed = self.observations.claim(batch, claim, self.now() + self.lease, self.now())
            if not claimed:
                return BatchOutcome.NOTHING_TO_DO
            left = self._look(batch, claim, claimed, stop)
        except Superseded:
            return BatchOutcome.SUPERSEDED
        except DatabaseAway:
            give_back(lambda: self.observations.release(batch, claim), stop)
            raise
        return BatchOutcome.STOPPED if left else BatchOutcome.ANSWERED

    def _look(self, batch: CheckBatch, claim: str, claimed: Sequence[BatchItem], stop: threading.Event) -> int:
        waiting = {item.item_id: item.id for item in claimed}
        renewed_at = self.now()
        try:
            looks = self.sources.look(
                *(claimed, batch.max_workers, stop),
                fresh=batch.fresh,
                background=batch.background,
                urgent=batch.urgent,
            )
            for answers in looks:
                self._record(batch, answers, waiting)
                if waiting and self.now() - renewed_at > self.lease / 3:
                    renewed_at = self.now()
                    self.observations.renew(batch, claim, renewed_at + self.lease)
        except ProxyAway:
            self.observations.release(batch, claim)
            raise
        if waiting and not stop.is_set():
            self._record_left_out(batch, waiting)
        if waiting:
            self.observations.release(batch, claim)
        return len(waiting)

    def _record_left_out(self, batch: CheckBatch, waiting: dict[str, int]) -> None:
        """Record ids that a whole response left out as unknown: each is tried again later, by another record."""
        left_out = sorted(waiting)
        log.warning(
            "a response of the proxy left ids out",
            extra={"run": batch.run_id, "items": len(left_out), "first": left_out[0]},
        )
        self._record(batch, [_unanswered(batch.marketplace, item_id, self.now()) for item_id in left_out], waiting)

    def _record(self, batch: CheckBatch, answers: Sequence[Item], waiting: dict[str, int]) -> None:
        seen = {waiting.pop(item.item_id): item for item in answers if item.item_id in waiting}
        if not seen:
            return
        recorded = self.observations.record(batch, seen, self.now())
        if recorded.withdrawn:
            self.events.withdrawn(batch.marketplace, batch.run_id, recorded.withdrawn)
            log.info(
                "withdrawn",
                extra={"run": batch.run_id, "listings": sum(map(len, recorded.withdrawn.values()))},
            )
        if recorded.moved.paused:
            self.events.changed(recorded.moved.paused)
        if recorded.moved.paused or recorded.moved.recovered:
            numbers = {name: recorded.moved.counts[name] for name in ("paused", "recovered")}
            log.info("changed by price", extra={"run": batch.run_id, **numbers})
        if recorded.held:
            log.warning("changes held by the brake", extra={"run": batch.run_id, "listings": recorded.held})


def _unanswered(marketplace: Marketplace, item_id: str, now: datetime) -> Item:
    nothing = Evidence(
        url="", http_status=None, body_sha256=None, parser_version="", extract="no answer for this id", fetched_at=now
    )
    return Item(
        marketplace=marketplace,
        item_id=item_id,
        state=State.UNKNOWN,
        reason=Reason.TRANSIENT,
        error_class=ErrorClass.TRANSIENT,
        evidence=nothing,
    )
