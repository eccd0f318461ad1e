"""Every few seconds: apply approved replacements, and look again at the sources of restores not pushed yet."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.proxy_api import Item
from mercarich_listings.listing import FRESH
from mercarich_platform.clock import AHEAD, Clock
from mercarich_reasons.stock import ApprovedItemDearer, ApprovedItemGone, ApprovedItemSeen, ApprovedItemUsed
from mercarich_updater.ports import (
    Ageing,
    Approved,
    Decisions,
    Done,
    GoneMeanwhile,
    Listings,
    Look,
    TooDearMeanwhile,
    UsedMeanwhile,
)

log = logging.getLogger(__name__)

LOOKS = 5
"""Maximum number of looks in a round: checks and searches share the marketplace's budget."""
LATER = timedelta(minutes=2)
"""Time after which a source with an unknown answer is looked at again."""


@dataclass(frozen=True, slots=True)
class TakeApproved:
    """Apply approved replacements, each after one more look: it may have sold, or become dearer than was approved.

    Raises `ProxyAway` and `DatabaseAway`.
    """

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
            self.decisions.lapse(approved, ApprovedItemSeen(approved.item_id, item.state, item.reason), self.now())
            return ()
        if dearer := _dearer(approved, item):
            self.decisions.lapse(approved, dearer, self.now())
            return ()
        rules = self.listings.rules(approved.wanted.user_id)
        try:
            return self.decisions.take(approved, item, rules, self.now())
        except UsedMeanwhile:
            self.decisions.lapse(approved, ApprovedItemUsed(approved.item_id), self.now())
            return ()
        except GoneMeanwhile:
            self.decisions.lapse(approved, ApprovedItemGone(approved.item_id), self.now())
            return ()
        except TooDearMeanwhile as error:
            self.decisions.lapse(approved, error.reason, self.now())
            return ()


def _dearer(approved: Approved, item: Item) -> ApprovedItemDearer | None:
    """Return what the item costs, if that is more than was approved; postage that its page does not tell is the same.

    Postage that was not known at the approval was not approved either.
    """
    if approved.price_jpy is None:
        return None
    agreed = approved.price_jpy + (approved.postage_jpy or 0)
    postage = approved.postage_jpy if item.postage_jpy is None else item.postage_jpy
    cost = None if item.price_jpy is None else item.price_jpy + (postage or 0)
    return ApprovedItemDearer(approved.item_id, agreed, cost) if cost is None or cost > agreed else None


class KeepFresh:
    """Look again at the sources of waiting restores and new offers: they may sell while feed or Amazon is waited for.

    Each call continues a walk over all such sources by a few. A look whose time lies ahead of now counts as an old one.
    Raises `ProxyAway` and `DatabaseAway`.
    """

    def __init__(self, decisions: Decisions, look: Look, now: Clock) -> None:
        self._decisions = decisions
        self._look = look
        self._now = now
        self._after = 0
        self._later: dict[int, datetime] = {}  # sources with an unknown answer -> until when they are skipped

    def __call__(self, marketplace: Marketplace) -> None:
        for source in self._next(marketplace):
            item = self._look(source.marketplace, source.item_id)
            if item.state is State.UNKNOWN:
                self._later[source.source_item_id] = self._now() + LATER
                continue
            taken_back = self._decisions.seen_again(source, item, self._now())
            if taken_back:
                log.info("restores taken back before their push", extra={"item": item.item_id, "listings": taken_back})

    def _next(self, marketplace: Marketplace) -> Sequence[Ageing]:
        now = self._now()
        self._later = {source_id: at for source_id, at in self._later.items() if at > now}
        page = self._decisions.ageing(marketplace, now - FRESH / 3, now + AHEAD, self._after)
        chosen = [source for source in page if source.source_item_id not in self._later][:LOOKS]
        if len(chosen) == LOOKS:
            self._after = chosen[-1].source_item_id
        else:  # the page is done; an empty page ends the walk, and the next call starts a new one
            self._after = page[-1].source_item_id if page else 0
        return chosen
