"""Columns of an offer that goes up or down, and how many pieces it shows then. No I/O.

A quantity that its seller typed while it was up counts when it goes up again, once. Orders since then take their
pieces off it, and another source has pieces of its own.
"""

from datetime import datetime
from typing import Any, Protocol

FREE = {"hold_id": None, "held_at": None}
"""Nothing is held any more."""
AS_SHOWN = {"edited_quantity": None}
"""Nothing was typed since the offer went up, or got its source."""


class Offer(Protocol):
    """A listing."""

    @property
    def listed(self) -> bool: ...
    @property
    def listing_quantity(self) -> int: ...
    @property
    def quantity(self) -> int: ...
    @property
    def edited_quantity(self) -> int | None: ...
    @property
    def paused_at(self) -> datetime | None: ...


def down(now: datetime) -> dict[str, Any]:
    """It shows nothing from now on, and nothing of it is held."""
    times = {"withdrawn_at": now, "changed_at": now, "restored_at": None, "paused_at": None}
    return {"quantity": 0, **times, **FREE}


def typed(offer: Offer, pieces: int) -> dict[str, Any]:
    """The seller typed a quantity. What is up keeps the one that it shows."""
    is_up = offer.listed and offer.quantity > 0
    return {"listing_quantity": pieces, "edited_quantity": pieces if is_up else None}


def less(offer: Offer, ordered: int) -> dict[str, Any]:
    """A buyer ordered some. Where nothing is left of what was typed, what the offer shows counts again."""
    if offer.edited_quantity is None:
        return {}
    return {"edited_quantity": max(offer.edited_quantity - ordered, 0) or None}


def raised(offer: Offer, shown: int) -> dict[str, Any]:
    """Amazon shows another quantity. More is the seller's doing there, and newer than what was typed here."""
    return AS_SHOWN if shown > offer.quantity else {}


def up_again(offer: Offer, shown: int | None = None) -> dict[str, Any]:
    """It goes up again, now or when it may: with what was typed, else with as many as `shown`, if it was up.

    What is paused has got its pieces already: a process of an earlier release may have left there what was typed.
    """
    given = None if offer.paused_at is not None else offer.edited_quantity
    most = offer.listing_quantity if shown is None else min(offer.listing_quantity, shown)
    return {"listing_quantity": given or most, **AS_SHOWN}
