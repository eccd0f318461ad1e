"""What a sale of a listing or an order earns: what is not known, where Amazon's fee is from, the loss rule's doing."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import State
from mercarich_reasons.reason import Reason
from mercarich_reasons.repricing import PriceDiffers, PriceFollows


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


@dataclass(frozen=True, slots=True)
class FeeEstimated(Reason):
    """Amazon's fee is its own estimate for this offer, scaled to the present price."""

    of_price_jpy: int
    at: datetime


@dataclass(frozen=True, slots=True)
class FeeBySetting(Reason):
    """Amazon's fee is what the seller's rules say: there is no estimate of Amazon for this offer."""

    percent: float


@dataclass(frozen=True, slots=True)
class FeesForbidden(Reason):
    """Amazon estimates no fees for the seller: the application or the authorisation lacks the role."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class FeeRefused(Reason):
    """Amazon refused to estimate the fee of this offer."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class FeeNotTold(Reason):
    """Amazon's response had no estimate for this offer, or said that it failed there."""

    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class SaleFigures:
    """What a sale of a listing earns, beside its limit. Amounts are yen."""

    offer_price_jpy: int
    price_jpy: int
    """Of the source, postage excluded."""
    fee_jpy: int
    costs_jpy: int
    profit_jpy: int
    limit_jpy: int
    postage_jpy: int | None = None
    """Known, or counted by the seller's rules; None: not known, and the profit is the most that a sale earns."""


@dataclass(frozen=True, slots=True)
class EarnsTooLittle(SaleFigures, Reason):
    """A sale of the listing would earn less than the loss rule allows."""


@dataclass(frozen=True, slots=True)
class EarnsEnoughAgain(SaleFigures, Reason):
    """A sale of the listing earns what the loss rule wants."""


@dataclass(frozen=True, slots=True)
class LossRuleEnded(Reason):
    """The seller has set no limit any more: a loss is told, and takes nothing down."""


@dataclass(frozen=True, slots=True)
class PriceNoLongerAsks(Reason):
    """A person released what was held by price, but the price last seen does not ask for it: nothing changes."""


@dataclass(frozen=True, slots=True)
class ProfitBelowLimit(Reason):
    """An offer is not put up: a sale would earn less than the limit that was given. Nothing was changed."""

    profit_jpy: int
    limit_jpy: int


@dataclass(frozen=True, slots=True)
class LimitBeyondPrice(Reason):
    """A listing's own limit is a larger profit, or a larger loss, than the offer's price. Nothing was changed."""

    limit_jpy: int
    offer_price_jpy: int
    least_jpy: int


@dataclass(frozen=True, slots=True)
class ListingNotPaused(Reason):
    """A listing cannot be put up in spite of its loss: the loss rule does not keep it down."""

    sku: str


BY_PRICE = (EarnsTooLittle, EarnsEnoughAgain, LossRuleEnded, PriceFollows, PriceDiffers)
"""Reasons of changes by price."""
