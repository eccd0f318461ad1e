"""Reasons to refuse a candidate by its search result, its page or its title."""

from dataclasses import dataclass
from enum import StrEnum

from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import State
from mercarich_reasons.reason import Reason

Words = tuple[str, ...]


class Colour(StrEnum):
    """The colour of an object, as named in a title."""

    RED = "red"
    BLUE = "blue"
    GREEN = "green"
    YELLOW = "yellow"
    BLACK = "black"
    WHITE = "white"
    PINK = "pink"
    PURPLE = "purple"
    ORANGE = "orange"
    BROWN = "brown"
    SILVER = "silver"
    GOLD = "gold"
    GREY = "grey"
    NAVY = "navy"
    BEIGE = "beige"


@dataclass(frozen=True, slots=True)
class GoneSourceItself(Reason):
    """The candidate is the source to be replaced."""


@dataclass(frozen=True, slots=True)
class TakenBackBefore(Reason):
    """A person has refused it for this listing, or has taken it back."""


@dataclass(frozen=True, slots=True)
class ExcludedSeller(Reason):
    seller_id: str


@dataclass(frozen=True, slots=True)
class ExcludedWord(Reason):
    """The title has a word that is excluded by this seller or for all sellers."""

    word: str


@dataclass(frozen=True, slots=True)
class VolumesDiffer(Reason):
    """The titles name different volumes; None: that title names none. The same applies to the next four classes."""

    ours: Words | None = None
    theirs: Words | None = None


@dataclass(frozen=True, slots=True)
class PieceCountsDiffer(Reason):
    ours: Words | None = None
    theirs: Words | None = None


@dataclass(frozen=True, slots=True)
class ModelsDiffer(Reason):
    ours: Words | None = None
    theirs: Words | None = None


@dataclass(frozen=True, slots=True)
class ColoursDiffer(Reason):
    ours: tuple[Colour, ...] | None = None
    theirs: tuple[Colour, ...] | None = None


@dataclass(frozen=True, slots=True)
class MeasuresDiffer(Reason):
    ours: Words | None = None
    theirs: Words | None = None


@dataclass(frozen=True, slots=True)
class MayBePart(Reason):
    """Its title has a word for parts, empty boxes or broken goods that the old source's title does not have."""

    words: Words


@dataclass(frozen=True, slots=True)
class NotBuyable(Reason):
    """It cannot be bought, according to its page."""

    state: State
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class SeveralVariants(Reason):
    """It is sold in variants, as sizes, and neither its title nor its picture tells which of them is meant."""

    variants: int


@dataclass(frozen=True, slots=True)
class PreOrder(Reason):
    """It is sold before it can be shipped."""


@dataclass(frozen=True, slots=True)
class RatingsUnknown(Reason):
    """The ratings of its seller are unknown."""


@dataclass(frozen=True, slots=True)
class NoRatings(Reason):
    """Its seller has no ratings yet."""


@dataclass(frozen=True, slots=True)
class RatingTooLow(Reason):
    """The share of good ratings, in percent, is too low."""

    good_percent: int
    least_percent: int


@dataclass(frozen=True, slots=True)
class AlreadyUsed(Reason):
    """Another of the seller's listings has it as its source or its SKU."""


@dataclass(frozen=True, slots=True)
class JustUsed(Reason):
    """As `AlreadyUsed`, but only since it was looked at."""


@dataclass(frozen=True, slots=True)
class JustGone(Reason):
    """A newer look than that of the search saw that it is gone."""


@dataclass(frozen=True, slots=True)
class ConditionUnknown(Reason):
    """The candidate's condition is unknown."""


@dataclass(frozen=True, slots=True)
class OldConditionUnknown(Reason):
    """The condition of the source to be replaced is unknown."""


@dataclass(frozen=True, slots=True)
class ConditionDiffers(Reason):
    """The condition differs. Conditions, here and below, are from 1 (new) to 6 (poor)."""

    condition: int
    wanted_condition: int
    """The old source's."""


@dataclass(frozen=True, slots=True)
class ConditionWorse(Reason):
    condition: int
    wanted_condition: int
    """The old source's."""


@dataclass(frozen=True, slots=True)
class ConditionBeyondLimit(Reason):
    """It is on another marketplace, and its condition is worse than the limit for these."""

    condition: int
    worst_condition: int


@dataclass(frozen=True, slots=True)
class ConditionNotTaken(Reason):
    """By the rules, an old source in this condition is never replaced from another marketplace."""

    wanted_condition: int


@dataclass(frozen=True, slots=True)
class FirstPriceUnknown(Reason):
    """The price of the first source is unknown, so that there is no limit for the price."""


@dataclass(frozen=True, slots=True)
class PriceMissing(Reason):
    """It has no price."""


@dataclass(frozen=True, slots=True)
class PostageUnknown(Reason):
    """Its price is within the limit, but its postage is not known, and by the rules nothing is counted instead."""

    price_jpy: int
    limit_jpy: int


@dataclass(frozen=True, slots=True)
class PriceAboveLimit(Reason):
    """It costs more than the limit. `cost_jpy` includes postage."""

    cost_jpy: int
    limit_jpy: int
    shipping_jpy: int | None = None
    """The postage that the buyer pays; None if there is none, or if it is not known."""
    counted_jpy: int | None = None
    """What the rules count as the postage because it is not known."""


@dataclass(frozen=True, slots=True)
class PriceAboveBreakEven(Reason):
    """As `PriceAboveLimit`, with the limit being the offer's price minus Amazon's fee and the costs."""

    cost_jpy: int
    limit_jpy: int
    shipping_jpy: int | None = None
    counted_jpy: int | None = None


@dataclass(frozen=True, slots=True)
class PriceAboveLossLimit(Reason):
    """As `PriceAboveLimit`, with the limit being what the loss rule leaves: beyond it the offer would be down."""

    cost_jpy: int
    limit_jpy: int
    shipping_jpy: int | None = None
    counted_jpy: int | None = None


@dataclass(frozen=True, slots=True)
class JustTooDear(Reason):
    """With what it costs, the offer would be down by the loss rule, which changed just now."""


@dataclass(frozen=True, slots=True)
class TitleMissing(Reason):
    """It has no title."""


@dataclass(frozen=True, slots=True)
class TitleTooLong(Reason):
    """Its title has too many characters."""

    length: int
    most: int


@dataclass(frozen=True, slots=True)
class ShipsFrom(Reason):
    """It ships from a place that the seller's rules exclude."""

    place: str


@dataclass(frozen=True, slots=True)
class ShipsTooLate(Reason):
    days: int
    most: int


@dataclass(frozen=True, slots=True)
class PageToldNothing(Reason):
    """The look at its page was inconclusive."""

    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class NotLookedAt(Reason):
    """It was refused before this was checked, so it is unknown what other rules would decide."""
