"""How a replacement changes each of the listings that lost their source. No I/O."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.proxy_api import Item
from mercarich_listings.event import Change, Trigger
from mercarich_listings.listing import Listing, Lived, give_source
from mercarich_listings.push import Push, Pushed, never_left
from mercarich_reasons.stock import ReplacedBy
from mercarich_replacements.rules import Rules, lead_time


@dataclass(frozen=True, slots=True)
class Offer:
    """The state of one of the listings, here and at Amazon."""

    listing: Listing
    push: Push
    in_feed: bool
    """Whether an open feed contains it."""

    @property
    def shown(self) -> int | None:
        """Return the quantity that Amazon shows; None when it is uncertain."""
        return None if self.push.under_way or self.in_feed else self.push.pushed_quantity


@dataclass(frozen=True, slots=True)
class Found:
    """The replacement, as stored."""

    item: Item
    source_item_id: int
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class Revived:
    quantity: int
    pushed: bool
    """Whether the change must be pushed to Amazon."""


def revive(offer: Offer, cap: int) -> Revived:
    """Return the change for one listing. Its quantity is the first one, at most `cap`: sources are single pieces."""
    quantity = min(offer.listing.listing_quantity, cap)
    wanted, shown = offer.listing.quantity, offer.shown
    if 0 < wanted <= quantity:
        return Revived(wanted, pushed=False)
    if wanted > quantity:
        return Revived(quantity, pushed=True)
    if shown is not None and 0 < shown <= quantity:
        return Revived(shown, pushed=False)
    return Revived(quantity, pushed=True)


def give(offer: Offer, found: Found, rules: Rules, now: datetime) -> tuple[Lived, Pushed]:
    """Return the transition to another source.

    An offer that Amazon shows already is pushed only for another lead time, or one with handling days of its own, which
    may have been typed while it was down.
    """
    revived, item = revive(offer, rules.quantity_cap), found.item
    lead, price = lead_time(rules, item), item.price_jpy
    is_told_days = lead != offer.listing.lead_time_days or offer.listing.handling_days is not None
    pushed = revived.pushed or is_told_days
    replaced = ReplacedBy(
        item.marketplace,
        item.item_id,
        found.source_item_id,
        price,
        lead,
        pushed=pushed,
        shipping_jpy=item.postage_jpy or None,
    )
    given = give_source(offer.listing, revived.quantity, now, replaced, found.trigger, shown=not revived.pushed)
    if pushed or given.after.revision == given.before.revision:
        return given, Change(offer.push, offer.push)
    return given, never_left(offer.push, given.after.revision)
