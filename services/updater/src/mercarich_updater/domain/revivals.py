"""What a found replacement does to each of the listings that lost their source. No I/O."""

from dataclasses import dataclass
from enum import StrEnum

from mercarich_contracts.proxy_api import Item
from mercarich_replacements.rules import Rules

LONGEST_LEAD = 30
"""Days; Amazon takes no more (lead_time_to_ship_max_days)."""


class Change(StrEnum):
    SWAPPED = "swapped"
    """Amazon still shows the offer, and is left alone."""
    RESTORED = "restored"
    """The offer goes up again: a push."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One of the listings as it stands."""

    listing_id: int
    quantity: int
    listing_quantity: int
    shown: int | None
    """What Amazon shows, as far as is known."""
    push_under_way: bool
    """A push is on its way, or one may have arrived whose answer was lost: what Amazon shows is not sure."""


@dataclass(frozen=True, slots=True)
class Revived:
    change: Change
    quantity: int
    pushed: bool
    """Whether Amazon must hear of it."""


def revive(offer: Offer, cap: int) -> Revived:
    """The quantity is the one at listing, capped: sources are single pieces."""
    quantity = min(offer.listing_quantity, cap)
    if 0 < offer.quantity <= quantity:
        return Revived(Change.SWAPPED, offer.quantity, pushed=False)
    if offer.quantity > quantity:
        return Revived(Change.SWAPPED, quantity, pushed=True)
    if not offer.push_under_way and offer.shown is not None and 0 < offer.shown <= quantity:
        return Revived(Change.SWAPPED, offer.shown, pushed=False)
    return Revived(Change.RESTORED, quantity, pushed=True)


def lead_time(rules: Rules, item: Item) -> int:
    """Days until the seller can ship what the source ships."""
    ships = item.ship_days_max if item.ship_days_max is not None else rules.ship_days
    return min(ships + rules.lead_days, LONGEST_LEAD)
