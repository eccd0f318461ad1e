"""Why an offer was created at Amazon, waits to be, or was not created.

`text` and `issue` are Amazon's own message and code, as in `push`.
"""

from dataclasses import dataclass

from mercarich_contracts.creations import OfferCondition
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class CreationAsked(Reason):
    """A seller has the offer created so."""

    asin: str
    sold_as: OfferCondition
    price_jpy: int
    person: str


@dataclass(frozen=True, slots=True)
class TakeOverAsked(Reason):
    """A seller says that the offer is at Amazon."""

    person: str


@dataclass(frozen=True, slots=True)
class GivenUpByHand(Reason):
    """The seller does not want the offer any more."""

    person: str


@dataclass(frozen=True, slots=True)
class SoldByAmazon(Reason):
    """Amazon sells the offer that was created."""

    handling_days: int | None = None
    """Those that it was created with."""


@dataclass(frozen=True, slots=True)
class FoundAtAmazon(Reason):
    """Amazon has the offer that its seller has listed there."""


@dataclass(frozen=True, slots=True)
class NotAtAmazon(Reason):
    """Amazon does not have the offer that its seller wants to be taken over."""


@dataclass(frozen=True, slots=True)
class NotAtAmazonYet(Reason):
    """As `NotAtAmazon`, so soon after the request that Amazon may have it and not show it yet."""


@dataclass(frozen=True, slots=True)
class SkuTaken(Reason):
    """Amazon has an offer with this SKU already. A new one would replace all of it, so nothing was sent."""


@dataclass(frozen=True, slots=True)
class AsinRestricted(Reason):
    """Amazon does not let the seller sell this product in this condition."""

    asin: str
    sold_as: OfferCondition
    text: str | None = None
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class AsinMissing(Reason):
    """No product of Amazon's catalogue was chosen."""


@dataclass(frozen=True, slots=True)
class AsinMalformed(Reason):
    """The text is no ASIN, and no address of a product at Amazon."""

    given: str


@dataclass(frozen=True, slots=True)
class NoDraftAnyMore(Reason):
    """The listing is an offer already, or is being registered."""

    sku: str


@dataclass(frozen=True, slots=True)
class SoldAsNothing(Reason):
    """The source's condition is not known, or too poor to be sold at Amazon."""


@dataclass(frozen=True, slots=True)
class NoPriceByFormula(Reason):
    """The price cannot be calculated; `why` it is not known is told besides."""


@dataclass(frozen=True, slots=True)
class PriceBelowCost(Reason):
    """The given price leaves less than the source costs."""

    price_jpy: int
    least_jpy: int


@dataclass(frozen=True, slots=True)
class ExcludedWordInOffer(Reason):
    """The seller or the operator has excluded a word or brand that the offer has."""

    word: str


@dataclass(frozen=True, slots=True)
class SourceNotLookedAt(Reason):
    """The source was not seen on sale just now; nothing is sent before it is."""


@dataclass(frozen=True, slots=True)
class CreationsOfToday(Reason):
    """So many offers of the seller were sent to Amazon within 24 hours; the others wait."""

    most: int


@dataclass(frozen=True, slots=True)
class AnotherStoreLinked(Reason):
    """The seller has linked another store before Amazon sold the new offer in the former one."""


@dataclass(frozen=True, slots=True)
class NewOfferNotShown(Reason):
    """Amazon accepted the new offer, and does not show it."""


@dataclass(frozen=True, slots=True)
class NotSoldYet(Reason):
    """Amazon has the new offer and does not sell it, without telling why."""
