"""Every few seconds: take what people approved, and look again at the sources of restores that are not pushed yet."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from mercarich_contracts.market import Marketplace, State
from mercarich_platform.clock import Clock
from mercarich_updater.ports import Approved, Decisions, Done, GoneMeanwhile, Listings, Look, UsedMeanwhile

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=15)
"""How old the last sight of a source may be when its restore is pushed; feed holds back what is older."""


@dataclass(frozen=True, slots=True)
class TakeApproved:
    """An approved replacement is looked at once more: people take their time. Raises `ProxyAway`, `DatabaseAway`."""

    decisions: Decisions
    listings: Listings
    look: Look
    now: Clock

    def __call__(self, marketplace: Marketplace) -> Sequence[Done]:
        return [done for approved in self.decisions.approved(marketplace) for done in self._take(approved)]

    def _take(self, approved: Approved) -> Sequence[Done]:
        item = self.look(approved.marketplace, approved.item_id)
        if item.state is State.UNKNOWN:
            return ()
        if item.state is not State.AVAILABLE:
            self.decisions.lapse(approved, f"{item.state}: {item.reason}", self.now())
            return ()
        rules = self.listings.rules(approved.wanted.user_id)
        try:
            return self.decisions.take(approved, item, rules, self.now())
        except UsedMeanwhile:
            self.decisions.lapse(approved, "used for another listing by now", self.now())
            return ()
        except GoneMeanwhile:
            self.decisions.lapse(approved, "gone by now", self.now())
            return ()


@dataclass(frozen=True, slots=True)
class KeepFresh:
    """Restores wait for feed's sweep, longer while Amazon does not answer; meanwhile a source may go.

    Raises `ProxyAway` and `DatabaseAway`.
    """

    decisions: Decisions
    look: Look
    now: Clock

    def __call__(self, marketplace: Marketplace) -> None:
        for source in self.decisions.ageing(marketplace, self.now() - FRESH / 3):
            item = self.look(source.marketplace, source.item_id)
            if item.state is State.UNKNOWN:
                continue
            taken_back = self.decisions.seen_again(source, item, self.now())
            if taken_back:
                log.info("restores taken back before their push", extra={"item": item.item_id, "listings": taken_back})
