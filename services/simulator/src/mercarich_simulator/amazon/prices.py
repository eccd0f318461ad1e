"""The attribute `purchasable_offer`: an offer's price, what patches make of it, and when it is told, and buyers see it.

It is an array whose entries are told apart by `marketplace_id`, `currency` and `audience` (ALL without one). `merge`
changes the sub-attributes of the entry with the same selectors, and keeps the others; `replace` and `add` set the entry
as a whole, so that a sale price or the seller's bounds that are not sent are gone (SP-API documentation, "Manage
purchasable offer"). Of an entry without its selectors, or in another shape, Amazon says that the value is invalid
(amzn/selling-partner-api-models#3001). The words for a price beyond the seller's own bounds are not published: it is
refused in the same way here. So is a price with more than one schedule: prices by time are not simulated.

An accepted price shows later, and not in all places at the same time: in the attribute ("did you wait some time before
checking?", amzn/selling-partner-api-models#4134), and, by a lag of its own, to buyers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mercarich_simulator.amazon import MARKETPLACE_ID
from mercarich_simulator.amazon.attributes import DELETE, MERGE, Invalid

PATH = "/attributes/purchasable_offer"
OURS, SALE, LEAST, MOST = (
    *("our_price", "discounted_price"),
    *("minimum_seller_allowed_price", "maximum_seller_allowed_price"),
)
NAMES = (OURS, SALE, LEAST, MOST)
Fields = dict[str, int]
"""Yen with tax by sub-attribute; what is not there is not set."""


class PriceWrite(NamedTuple):
    """One write of the ordinary offer's price."""

    operation: str
    fields: Fields


class PriceShown(NamedTuple):
    """One change of the price that buyers see."""

    at: float
    price: int
    lane: str
    reference: str
    accepted_at: float


@dataclass(slots=True)
class Pricing:
    """The price of an offer that was changed."""

    entry: Fields = field(default_factory=dict)
    """What the seller has submitted, as of now."""
    told: list[tuple[float, Fields]] = field(default_factory=list)
    """What getListingsItem tells, each from its time on: what it tells now, and what is to come, in order."""
    changes: list[PriceShown] = field(default_factory=list)
    """In the order of acceptance, in which they show, too; those to come as well."""
    lost: list[tuple[float, str, int, str]] = field(default_factory=list)
    """Sub-attributes that a push dropped although it does not name them: time, name, amount, reference."""


def of_patches(patches: Sequence[Any]) -> list[PriceWrite]:
    """Return what checked JSON patches write of the price. Raise Invalid."""
    return [_write(patch["op"], patch.get("value")) for patch in patches if patch["path"] == PATH]


def described(entry: Fields, marketplace_id: str = MARKETPLACE_ID) -> list[dict[str, Any]]:
    """Return the attribute as getListingsItem shows it."""
    if not entry:
        return []
    prices = {name: [{"schedule": [{"value_with_tax": amount}]}] for name, amount in entry.items()}
    return [{"marketplace_id": marketplace_id, "currency": "JPY", "audience": "ALL", **prices}]


def after(entry: Fields, write: PriceWrite) -> Fields:
    """Return the entry after the write."""
    if write.operation == DELETE:
        return {}
    return {**entry, **write.fields} if write.operation == MERGE else dict(write.fields)


def _write(operation: str, value: Any) -> PriceWrite:
    if operation == DELETE:
        return PriceWrite(DELETE, {})
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], dict):
        raise invalid()
    entry = value[0]
    if entry.get("marketplace_id") != MARKETPLACE_ID or entry.get("currency") != "JPY":
        raise invalid()
    if entry.get("audience", "ALL") != "ALL":
        raise invalid()
    fields = {name: _amount(entry[name]) for name in NAMES if name in entry}
    if operation != MERGE and OURS not in fields:
        raise invalid()
    return PriceWrite(operation, fields)


def _amount(prices: Any) -> int:
    try:
        [price] = prices
        [schedule] = price["schedule"]
        amount = schedule["value_with_tax"]
        whole = int(amount)
    except (KeyError, TypeError, ValueError):
        raise invalid() from None
    if isinstance(amount, bool) or whole != amount or whole < 1:
        raise invalid()
    return whole


def invalid() -> Invalid:
    """Return what Amazon says of a value that it does not take."""
    return Invalid("4000001", "The provided value for 'purchasable_offer' is invalid.")
