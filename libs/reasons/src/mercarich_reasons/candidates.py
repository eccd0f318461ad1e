"""Why a candidate is no replacement: what its search result, its page and its title say against it."""

from dataclasses import dataclass
from enum import StrEnum

from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import State
from mercarich_reasons.reason import Reason

Words = tuple[str, ...]


class Colour(StrEnum):
    """Of the goods, as a title names it."""

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
    """The candidate is the source that is to be replaced."""


@dataclass(frozen=True, slots=True)
class TakenBackBefore(Reason):
    """A person refused it for this listing, or took it back."""


@dataclass(frozen=True, slots=True)
class ExcludedSeller(Reason):
    seller_id: str


@dataclass(frozen=True, slots=True)
class ExcludedWord(Reason):
    """The title has a word that the seller, or everybody, has excluded."""

    word: str


@dataclass(frozen=True, slots=True)
class VolumesDiffer(Reason):
    """The titles name different volumes; None: that title names none. So for the next four, too."""

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
    """Its title has a word of parts, empty boxes or broken goods that the old source's has not."""

    words: Words


@dataclass(frozen=True, slots=True)
class NotBuyable(Reason):
    """Its page says so."""

    state: State
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class RatingsUnknown(Reason):
    """Of whoever sells it."""


@dataclass(frozen=True, slots=True)
class NoRatings(Reason):
    """Whoever sells it has none yet."""


@dataclass(frozen=True, slots=True)
class RatingTooLow(Reason):
    """The good ratings' share of all, per cent."""

    good_percent: int
    least_percent: int


@dataclass(frozen=True, slots=True)
class AlreadyUsed(Reason):
    """Another listing of the seller has it as its source or its SKU."""


@dataclass(frozen=True, slots=True)
class JustUsed(Reason):
    """As `AlreadyUsed`, since it was looked at."""


@dataclass(frozen=True, slots=True)
class JustGone(Reason):
    """A newer look than the search's own saw that it is gone."""


@dataclass(frozen=True, slots=True)
class ConditionUnknown(Reason):
    """Of the candidate."""


@dataclass(frozen=True, slots=True)
class OldConditionUnknown(Reason):
    """Of the source that is to be replaced."""


@dataclass(frozen=True, slots=True)
class ConditionDiffers(Reason):
    """Conditions, here and below, from 1 (new) to 6 (poor)."""

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
    """It is of another marketplace, and worse than what is taken from there."""

    condition: int
    worst_condition: int


@dataclass(frozen=True, slots=True)
class ConditionNotTaken(Reason):
    """For an old source in this condition nothing is taken from another marketplace."""

    wanted_condition: int


@dataclass(frozen=True, slots=True)
class FirstPriceUnknown(Reason):
    """Nobody knows what the first source cost, so that there is no limit to compare with."""


@dataclass(frozen=True, slots=True)
class PriceMissing(Reason):
    """It shows none."""


@dataclass(frozen=True, slots=True)
class PriceAboveLimit(Reason):
    """`cost_jpy` has the shipping in it; `shipping_jpy` is None where the buyer pays none."""

    cost_jpy: int
    limit_jpy: int
    shipping_jpy: int | None = None


@dataclass(frozen=True, slots=True)
class PriceAboveBreakEven(Reason):
    """As `PriceAboveLimit`, where the limit is what a sale leaves after Amazon's fee and the costs."""

    cost_jpy: int
    limit_jpy: int
    shipping_jpy: int | None = None


@dataclass(frozen=True, slots=True)
class TitleMissing(Reason):
    """It has none."""


@dataclass(frozen=True, slots=True)
class TitleTooLong(Reason):
    """In characters."""

    length: int
    most: int


@dataclass(frozen=True, slots=True)
class ShipsFrom(Reason):
    """A place that the seller's rules ignore."""

    place: str


@dataclass(frozen=True, slots=True)
class ShipsTooLate(Reason):
    days: int
    most: int


@dataclass(frozen=True, slots=True)
class PageToldNothing(Reason):
    """Its page was looked at, and nothing was learnt."""

    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class NotLookedAt(Reason):
    """It was refused before that was looked at, so that nobody can say what other rules would make of it."""
