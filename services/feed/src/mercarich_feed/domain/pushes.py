"""What is pushed to Amazon, and how a push can end."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mercarich_reasons.reason import Reason


class Outcome(StrEnum):
    """How one push ended; the label of its metric."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    """Amazon refused the content; tried again after a growing wait."""
    ORPHAN = "orphan"
    """Amazon does not know the SKU. Removed from the queue; a withdrawal is tried again after a growing wait."""
    PERHAPS_SOLD = "perhaps_sold"
    """Amazon shows 0 for an offer that was up: nothing was pushed."""
    DEFERRED = "deferred"
    """Amazon did not respond: a zero is sent again in seconds, a restore is read back. Counts as no attempt."""
    RELEASED = "released"
    """It never reached Amazon, or was throttled; tried again at once."""


@dataclass(frozen=True, slots=True)
class Account:
    """A seller's account at Amazon."""

    user_id: int
    seller_id: str
    marketplace_id: str
    refresh_token: str = field(repr=False)
    trusted: bool
    """Whether the last verdict on the token was `valid`."""
    sealed: str = field(default="", repr=False)
    """The token as stored. A verdict is stored only while this is still the seller's token."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One SKU at the revision that is or was pushed."""

    listing_id: int
    sku: str
    revision: int
    quantity: int
    changed_at: datetime
    lead_time_days: int | None = None
    """Lead time (`mercarich_listings.lead_time`), sent with a quantity above 0."""
    shown: int | None = 0
    """The quantity that Amazon shows before the push, as far as known."""
    singly: bool = True
    """Whether it is to be read by a call of its own, which no search can stand in for."""


@dataclass(frozen=True, slots=True)
class Pushed:
    offer: Offer
    outcome: Outcome
    problem: Reason | None
    at: datetime


def to_send(offer: Offer, found: int | None) -> int | None:
    """Return the quantity to send for a restore, after a look at Amazon that has found `found`; None: send nothing.

    Where Amazon shows less than was known, pieces were sold: what is left is sent only together with a lead time, since
    Amazon takes none alone (amzn/selling-partner-api-models#4841).
    """
    quantity = offer.quantity
    if found and (offer.shown is None or found < offer.shown):
        quantity = min(found, quantity)
    return None if quantity == found and offer.lead_time_days is None else quantity


def perhaps_sold(offer: Offer, found: int | None) -> bool:
    """Return whether Amazon shows 0 for an offer that is up by what is known."""
    return found == 0 and bool(offer.shown)


def availability_patches(quantity: int, lead_time_days: int | None = None) -> list[dict[str, Any]]:
    """Return the JSON Patch that sets an offer's quantity (Listings Items API 2021-08-01, merchant-fulfilled).

    `merge` keeps what the patch does not name: `replace` would put a new entry in the place of the old one, and Amazon
    would forget the seller's handling time and restock date (amzn/selling-partner-api-models#4406).
    """
    availability: dict[str, Any] = {"fulfillment_channel_code": "DEFAULT", "quantity": quantity}
    if quantity and lead_time_days is not None:
        availability["lead_time_to_ship_max_days"] = lead_time_days
    return [{"op": "merge", "path": "/attributes/fulfillment_availability", "value": [availability]}]
