"""Reasons of changes of an offer's price, and of their end. Amounts are yen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mercarich_reasons.reason import Reason


class Reached(StrEnum):
    """What a price that follows its source goes by."""

    PROFIT = "profit"
    """It leaves the profit that the seller wants."""
    LEAST = "least"
    """The lowest price that the seller allows for this offer."""
    MOST = "most"
    """The highest one: the wanted profit would need more."""
    FLOOR = "floor"
    """The lowest price that is no loss, and that the loss rule leaves up."""


@dataclass(frozen=True, slots=True)
class PriceFollows(Reason):
    """An offer's price follows what its source costs now."""

    from_jpy: int
    to_jpy: int
    price_jpy: int
    """Of the source, postage excluded."""
    postage_jpy: int
    """Known, or counted by the seller's rules."""
    fee_jpy: int
    """Amazon's, at the new price."""
    costs_jpy: int
    profit_jpy: int
    """What a sale earns at the new price."""
    reached: Reached


@dataclass(frozen=True, slots=True)
class PriceTakenBack(Reason):
    """A person has an offer's former price back; its price follows no more."""

    from_jpy: int
    to_jpy: int
    person: str


@dataclass(frozen=True, slots=True)
class PriceAtAmazon(Reason):
    """Amazon shows the price that was asked for."""

    from_jpy: int
    to_jpy: int


@dataclass(frozen=True, slots=True)
class PriceChangedElsewhere(Reason):
    """Amazon has another price than is known here: it was changed there, and stays."""

    known_jpy: int
    shown_jpy: int


@dataclass(frozen=True, slots=True)
class PriceNotRead(Reason):
    """Amazon tells no price of the offer."""


@dataclass(frozen=True, slots=True)
class OfferOnSalePrice(Reason):
    """The offer has a sale price at Amazon, which its ordinary price does not tell."""


@dataclass(frozen=True, slots=True)
class PriceRefused(Reason):
    """Amazon refused the price."""

    to_jpy: int
    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class PriceNotTaken(Reason):
    """Amazon accepted the price time and again, and did not take it."""

    to_jpy: int


@dataclass(frozen=True, slots=True)
class PriceOvertaken(Reason):
    """A price that was asked for is not sent: the offer is down, or has another source or price since."""

    to_jpy: int


@dataclass(frozen=True, slots=True)
class PriceDiffers(Reason):
    """A released price is not asked for: it is another one by now than the person saw."""

    shown_jpy: int
    to_jpy: int


@dataclass(frozen=True, slots=True)
class PriceWaits(Reason):
    """A price is on its way: nothing of it was sent to Amazon yet."""

    from_jpy: int
    to_jpy: int


@dataclass(frozen=True, slots=True)
class PriceSent(Reason):
    """A price is on its way: it was sent, and Amazon is read until it has it."""

    from_jpy: int
    to_jpy: int
    at: datetime


@dataclass(frozen=True, slots=True)
class FollowsNoMore(Reason):
    """An offer's price does not follow its source until its seller resumes it."""

    at: datetime


@dataclass(frozen=True, slots=True)
class FollowingStoppedByHand(Reason):
    """A person stopped an offer's price from following its source."""

    person: str


@dataclass(frozen=True, slots=True)
class FollowingResumed(Reason):
    """A person has an offer's price follow its source again, from the price that Amazon shows."""

    person: str
    price_jpy: int | None = None


@dataclass(frozen=True, slots=True)
class PriceBoundsCrossed(Reason):
    """The lowest price of an offer would be above its highest. Nothing was changed."""

    least_jpy: int
    most_jpy: int


@dataclass(frozen=True, slots=True)
class NoPriceToTakeBack(Reason):
    """No price of the listing was changed that could be taken back."""

    sku: str


@dataclass(frozen=True, slots=True)
class PriceOnItsWay(Reason):
    """A price is not taken back: another one is on its way to Amazon."""

    sku: str
    to_jpy: int


@dataclass(frozen=True, slots=True)
class PriceChangedAgain(Reason):
    """A price is not taken back: it is not the newest change any more."""

    sku: str
    from_jpy: int
    to_jpy: int


@dataclass(frozen=True, slots=True)
class PriceIsAnother(Reason):
    """A price is not taken back: the offer has another one since."""

    sku: str
    to_jpy: int
    price_jpy: int | None = None


@dataclass(frozen=True, slots=True)
class NoOfferForPrice(Reason):
    """A price is not taken back: Amazon has no such offer, or deletes it."""

    sku: str


@dataclass(frozen=True, slots=True)
class AmazonDoesNotServe(Reason):
    """A price is not taken back: no Amazon account is linked, or Amazon refuses its token."""

    sku: str


@dataclass(frozen=True, slots=True)
class FollowsAlready(Reason):
    """The listing's price was not stopped from following its source."""

    sku: str
