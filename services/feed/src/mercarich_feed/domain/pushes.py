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
    DEFERRED = "deferred"
    """Amazon did not process it; tried again in seconds and not counted as an attempt."""
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
    """Lead time of a replacement source, sent with the quantity of a restore."""


@dataclass(frozen=True, slots=True)
class Pushed:
    offer: Offer
    outcome: Outcome
    problem: Reason | None
    at: datetime


def availability_patches(quantity: int, lead_time_days: int | None = None) -> list[dict[str, Any]]:
    """Return the JSON Patch that sets an offer's quantity (Listings Items API 2021-08-01, merchant-fulfilled).

    `merge` keeps what the patch does not name: `replace` would put a new entry in the place of the old one, and Amazon
    would forget the seller's handling time and restock date (amzn/selling-partner-api-models#4406).
    """
    availability: dict[str, Any] = {"fulfillment_channel_code": "DEFAULT", "quantity": quantity}
    if quantity and lead_time_days is not None:
        availability["lead_time_to_ship_max_days"] = lead_time_days
    return [{"op": "merge", "path": "/attributes/fulfillment_availability", "value": [availability]}]
