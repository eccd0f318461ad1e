"""The worker's flow: claim the listings of a message, search a replacement for each, store the result."""

import logging
import secrets
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from mercarich_contracts.market import Marketplace
from mercarich_contracts.proxy_api import Item
from mercarich_platform.clock import Clock
from mercarich_platform.outages import DatabaseAway
from mercarich_reasons.candidates import JustGone, JustTooDear, JustUsed
from mercarich_replacements.filters import Filter, Refusal
from mercarich_replacements.rules import Wanted
from mercarich_runs.ports import ProxyAway, Superseded
from mercarich_runs.use_cases.patience import give_back
from mercarich_updater.ports import (
    Batch,
    Done,
    GoneMeanwhile,
    Judged,
    Listings,
    NotSearched,
    TooDearMeanwhile,
    UsedMeanwhile,
)
from mercarich_updater.use_cases.search import FindReplacement, Result

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 8
"""Maximum number of concurrent searches for a message, whatever --max-workers says: comparing pictures takes CPU."""


class BatchOutcome(StrEnum):
    """How a batch ended: the label of the metric."""

    SEARCHED = "searched"
    SUPERSEDED = "superseded"
    NOTHING_TO_DO = "nothing_to_do"
    STOPPED = "stopped"


class Meter(Protocol):
    def judged(self, marketplace: Marketplace, refused_by: str | None) -> None: ...

    def searched(self, marketplace: Marketplace, outcome: str) -> None: ...

    def revived(self, marketplace: Marketplace, done: Sequence[Done]) -> None: ...


class _Stopped(Exception):
    """The process is to end, in the middle of a search."""


@dataclass(frozen=True, slots=True)
class ReviveListings:
    """Raises `ProxyAway` and `DatabaseAway`. Results stored before that stay; the other listings are given back, so
    that whoever gets the message next claims them as if nobody had."""

    listings: Listings
    find: FindReplacement
    meter: Meter
    now: Clock
    lease: timedelta

    def __call__(self, batch: Batch, stop: threading.Event) -> BatchOutcome:
        claim = secrets.token_hex(16)
        try:
            claimed = self.listings.claim(batch, claim, self.now() + self.lease, self.now())
            if not claimed:
                return BatchOutcome.NOTHING_TO_DO
            return self._all(batch, claim, claimed, stop)
        except Superseded:
            return BatchOutcome.SUPERSEDED
        except DatabaseAway:
            give_back(lambda: self.listings.release(batch, claim), stop)
            raise

    def _all(self, batch: Batch, claim: str, claimed: Sequence[Wanted], stop: threading.Event) -> BatchOutcome:
        threads = min(batch.message.max_workers, SIDE_BY_SIDE, len(claimed))
        unsearched: list[Wanted] = []  # the claim holds them still
        gone = threading.Event()
        troubles: list[Exception] = []

        def one(wanted: Wanted) -> None:
            if stop.is_set() or gone.is_set():
                unsearched.append(wanted)
                return
            try:
                self.one(batch, claim, wanted, stop)
            except _Stopped:
                unsearched.append(wanted)
            except ProxyAway as error:
                gone.set()
                troubles.append(error)
                unsearched.append(wanted)

        with ThreadPoolExecutor(threads, thread_name_prefix="search") as pool:
            list(pool.map(one, claimed))
        if unsearched:
            self.listings.release(batch, claim)
        if troubles:
            raise troubles[0]
        return BatchOutcome.STOPPED if unsearched else BatchOutcome.SEARCHED

    def one(self, batch: Batch, claim: str, wanted: Wanted, stop: threading.Event) -> None:
        """Search a replacement for one listing, and store the result."""
        rules = self.listings.rules(wanted.user_id)
        renewed = [self.now()]

        def alive() -> None:
            if stop.is_set():
                raise _Stopped
            if self.now() - renewed[0] > self.lease / 3:
                renewed[0] = self.now()
                self.listings.renew(batch, claim, wanted, renewed[0] + self.lease)

        def take(known: Wanted, found: Item, judged: Sequence[Judged]) -> Refusal | None:
            if rules.ask_first:
                self.listings.propose(batch, known, judged, found, self.find.preview(judged[-1]), self.now())
                return None
            try:
                done = self.listings.revive(batch, known, judged, found, rules, self.now())
            except UsedMeanwhile:
                return Refusal(Filter.USED, JustUsed())
            except GoneMeanwhile:
                return Refusal(Filter.BUYABLE, JustGone())
            except TooDearMeanwhile:
                return Refusal(Filter.PRICE, JustTooDear())
            self.meter.revived(wanted.marketplace, done)
            log.info("revived", extra={"user_id": wanted.user_id, "listings": len(done), "item": found.item_id})
            return None

        try:
            result = self.find(wanted, rules, lambda items: self.listings.used(wanted.user_id, items), alive, take)
        except NotSearched as error:
            self.listings.put_off(batch, wanted, (), str(error), self.now())
            self.meter.searched(wanted.marketplace, "unknown")
            return
        self._keep(batch, wanted, result)

    def _keep(self, batch: Batch, wanted: Wanted, result: Result) -> None:
        for judged in result.judged:
            self.meter.judged(wanted.marketplace, judged.refusal.filter if judged.refusal else None)
        if result.found is None and result.unknowns:
            self.listings.put_off(batch, wanted, result.judged, "unknown", self.now())
        elif result.found is None:
            self.listings.none_found(batch, wanted, result.judged, self.now())
        self.meter.searched(wanted.marketplace, "found" if result.found else "unknown" if result.unknowns else "none")
