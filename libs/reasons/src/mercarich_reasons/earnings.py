"""Why it is not known, or not known exactly, what a sale of a listing or an order earns."""

from dataclasses import dataclass

from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import State
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class OfferPriceNotTold(Reason):
    """The seller has not told what Amazon's buyer pays."""


@dataclass(frozen=True, slots=True)
class OrderPriceNotTold(Reason):
    """Amazon tells the price of an order once it is paid."""


@dataclass(frozen=True, slots=True)
class NoSourceKnown(Reason):
    """Nothing is known to be on sale for an order: its source is gone or was never known."""


@dataclass(frozen=True, slots=True)
class SourceNotSeen(Reason):
    """No look has told what the source costs."""


@dataclass(frozen=True, slots=True)
class SourceNotBuyable(Reason):
    """The source was last seen so that nobody can buy it. An auction's current bid is no price, either."""

    state: State
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class SourcePostageNotKnown(Reason):
    """The marketplace does not tell the postage, and the seller's rules count nothing for it."""
