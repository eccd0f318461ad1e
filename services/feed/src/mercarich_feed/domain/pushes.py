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
    """Amazon refused the content: tried again after a growing wait."""
    ORPHAN = "orphan"
    """Amazon does not know the SKU: out of the queue, but a withdrawal is tried again after a growing wait."""
    DEFERRED = "deferred"
    """Amazon was away for it: tried again in seconds, no attempt counted."""
    RELEASED = "released"
    """It never reached Amazon, or met the quota: tried again at once."""


@dataclass(frozen=True, slots=True)
class Account:
    """A seller's account at Amazon."""

    user_id: int
    seller_id: str
    marketplace_id: str
    refresh_token: str = field(repr=False)
    trusted: bool
    """The last verdict on the token was `valid`."""
    sealed: str = field(default="", repr=False)
    """The token as it is stored: a verdict is about this one, not about what the seller has linked meanwhile."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One SKU at the revision that is being pushed, or was."""

    listing_id: int
    sku: str
    revision: int
    quantity: int
    changed_at: datetime
    lead_time_days: int | None = None
    """Of a revival's new source; goes with the quantity of a restore."""


@dataclass(frozen=True, slots=True)
class Pushed:
    offer: Offer
    outcome: Outcome
    problem: Reason | None
    at: datetime


def quantity_patches(quantity: int, lead_time_days: int | None = None) -> list[dict[str, Any]]:
    """The JSON Patch that sets an offer's quantity (Listings Items API 2021-08-01, fulfilled by the merchant)."""
    availability: dict[str, Any] = {"fulfillment_channel_code": "DEFAULT", "quantity": quantity}
    if quantity and lead_time_days is not None:
        availability["lead_time_to_ship_max_days"] = lead_time_days
    return [{"op": "replace", "path": "/attributes/fulfillment_availability", "value": [availability]}]
