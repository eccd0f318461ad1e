"""Search another source for an order whose own is gone: a buyer waits for it. It is never offered."""

import logging
import secrets
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Protocol

from mercarich_contracts.market import Marketplace
from mercarich_platform.clock import Clock
from mercarich_platform.outages import DatabaseAway
from mercarich_reasons.candidates import JustGone, JustUsed
from mercarich_replacements.filters import Filter, Refusal
from mercarich_replacements.rules import Rules, landed_price
from mercarich_runs.ports import ProxyAway
from mercarich_runs.use_cases.patience import give_back
from mercarich_updater.domain.order_searches import FIRST_UNSURE, ended
from mercarich_updater.ports import GoneMeanwhile, Judged, Listings, NotSearched, UsedMeanwhile
from mercarich_updater.ports_orders import ClaimLost, Fitting, OrderSearches, OrderWanted
from mercarich_updater.use_cases.search import FindReplacement

log = logging.getLogger(__name__)

MOST = 3
"""Maximum number of items that are shown for an order."""
PICTURES = 5
"""Maximum number of an item's pictures that are compared."""


class OrderMeter(Protocol):
    def judged(self, marketplace: Marketplace, refused_by: str | None) -> None: ...

    def order_searched(self, marketplace: Marketplace, result: str) -> None: ...

    def order_found(self, marketplace: Marketplace, seconds: float) -> None:
        """`seconds` passed from the look that found the source gone to the first replacement."""


class _Stopped(Exception):
    """The process is to end, in the middle of a search."""


@dataclass(frozen=True, slots=True)
class FindForOrders:
    """Raises `ProxyAway` and `DatabaseAway`. What was found before stays; the order is given back."""

    orders: OrderSearches
    listings: Listings
    find: FindReplacement
    meter: OrderMeter
    now: Clock
    lease: timedelta
    stop: threading.Event

    def __call__(self, marketplace: Marketplace) -> None:
        """Search for the order that is next, if there is one."""
        order = self.orders.claim(marketplace, secrets.token_hex(16), self.now())
        if order is None:
            return
        try:
            self._one(order)
        except DatabaseAway:
            give_back(lambda: self.orders.release(order, self.now()), self.stop)
            raise
        except ProxyAway:
            self.orders.release(order, self.now() + FIRST_UNSURE)  # others come first meanwhile
            raise
        except _Stopped:
            self.orders.release(order, self.now())
        except ClaimLost:
            log.warning("another worker searches for the order", extra={"order_item": order.order_item_id})

    def _one(self, order: OrderWanted) -> None:
        began = renewed = self.now()
        marketplace, wanted = order.wanted.marketplace, self.find.completed(order.wanted)
        rules = for_orders(self.listings.rules(wanted.user_id))

        def alive() -> None:
            nonlocal renewed
            if self.stop.is_set():
                raise _Stopped
            if self.now() - renewed > self.lease / 3:
                renewed = self.now()
                self.orders.renew(order, renewed)

        judged: list[Judged] = []
        doubtful: list[Fitting] = []
        problem: str | None = None
        try:
            for one in self.find.judged(wanted, rules, partial(self.listings.in_use, wanted.user_id), alive):
                judged.append(self._kept(order, rules, one))
                if _is_doubtful(one) and len(doubtful) < MOST:
                    doubtful.append(self._fitting(rules, one))  # now, while its picture is in the cache
                if sum(each.refusal is None and each.item.postage_jpy is not None for each in judged) == MOST:
                    break
        except NotSearched as error:
            problem = str(error)
        if all(one.refusal is not None for one in judged):
            self._keep_doubtful(order, doubtful)
        end = ended(order.standing, [one.refusal for one in judged], problem)
        self.orders.end(order, end, judged, began, self.now())
        for one in judged:
            self.meter.judged(marketplace, one.refusal.filter if one.refusal else None)
        self.meter.order_searched(marketplace, end.result.code)

    def _kept(self, order: OrderWanted, rules: Rules, one: Judged) -> Judged:
        """Store the candidate at once if it fits, while others are still judged; return it as it stands then."""
        if one.refusal is not None:
            return one
        try:
            first = self.orders.keep(order, self._fitting(rules, one), self.now())
        except UsedMeanwhile:
            return replace(one, refusal=Refusal(Filter.USED, JustUsed()))
        except GoneMeanwhile:
            return replace(one, refusal=Refusal(Filter.BUYABLE, JustGone()))
        if first:
            self.meter.order_found(order.wanted.marketplace, (self.now() - order.gone_at).total_seconds())
        log.info("found for an order", extra={"order_item": order.order_item_id, "item": one.item.item_id})
        return one

    def _keep_doubtful(self, order: OrderWanted, doubtful: Sequence[Fitting]) -> None:
        """Store what the pictures alone refused: a person sees at a glance whether it is the same thing."""
        for one in doubtful:
            with suppress(UsedMeanwhile, GoneMeanwhile):
                self.orders.keep(order, one, self.now())

    def _fitting(self, rules: Rules, one: Judged) -> Fitting:
        landed = landed_price(rules, one.item)
        assert landed is not None, "without a price another filter refuses it"
        return Fitting(one, landed, self.find.preview(one))


def _is_doubtful(one: Judged) -> bool:
    return one.refusal is not None and one.refusal.filter is Filter.PICTURE


def for_orders(rules: Rules) -> Rules:
    """Return the seller's rules with the break-even as the limit of the price, whatever limits their replacements.

    Where no price of the order or of its offer is known, the limit is that of replacements. A postage may be unknown:
    the seller sees it before the purchase, and an order without any source is cancelled. Several pictures are compared:
    the main one of the same thing often shows another side of it.
    """
    return replace(rules, break_even=True, postage_may_be_unknown=True, pictures=PICTURES)
