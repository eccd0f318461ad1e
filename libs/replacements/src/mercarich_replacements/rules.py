"""A seller's rules for replacements, and what is known about the source to be replaced."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from mercarich_contracts.market import Marketplace
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.sites import SEARCHED
from mercarich_reasons.refusal import Refusal
from mercarich_reasons.settings import NoConditionPair
from mercarich_replacements.earnings import Terms
from mercarich_replacements.fees import Estimate
from mercarich_replacements.loss_stop import ONLY_TELL, LossRule, highest_cost
from mercarich_replacements.matching import MatchRules

LONGEST_LEAD = 30
"""Days; Amazon's maximum for lead_time_to_ship_max_days."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds and exclusions of one seller."""

    days: int
    candidates: int
    """Maximum number of search results that are judged."""
    match: MatchRules
    least_rating: int
    """Minimum percentage of good ratings."""
    price_factor: float
    title_length: int
    ignored_origins: tuple[str, ...]
    ship_days: int
    lead_days: int
    quantity_cap: int
    other_marketplace: bool
    other_conditions: Mapping[int, int]
    """Our condition -> the worst condition accepted on another marketplace."""
    ask_first: bool
    break_even: bool = False
    """Whether the limit is based on the offer's price, if known, instead of the first purchase price."""
    fee_percent: float = 0.0
    """Amazon's fee in percent of the offer's price, where Amazon has not estimated it."""
    costs_jpy: int = 0
    """Other costs per sale, in yen."""
    unknown_postage_jpy: int = 0
    """Counted as the postage where it is not known, in yen; 0 refuses such an item. Unknown is never free."""
    postage_may_be_unknown: bool = False
    """Whether an item fits, too, whose postage is not known and not counted, if its price is below the limit: a person
    is told so, and decides."""
    pictures: int = 1
    """Maximum number of an item's pictures that are compared with ours, until one of them shows the same."""
    loss: LossRule = ONLY_TELL
    banned_sellers: frozenset[tuple[Marketplace, str]] = frozenset()
    banned_words: tuple[str, ...] = ()

    @property
    def terms(self) -> Terms:
        return Terms(self.fee_percent, self.costs_jpy, self.unknown_postage_jpy)


class OfferPrice(NamedTuple):
    """What one of the listings is sold for."""

    price_jpy: int | None
    least_profit_jpy: int | None
    """The listing's own limit of the profit; None: the seller's loss rule decides."""
    estimate: Estimate | None = None
    """Amazon's estimate of its fee for this offer; None: there is none."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Listings of one seller that lost the same source; they get the same replacement."""

    listing_ids: tuple[int, ...]
    user_id: int
    marketplace: Marketplace
    source_item_id: int
    item_id: str
    """The marketplace's own id of the source to be replaced."""
    title: str
    picture_url: str | None
    condition: int | None
    first_price_jpy: int | None
    withdrawn_at: datetime | None
    offer_price_jpy: int | None = None
    """Price for the buyer at Amazon, in yen; None: unknown."""
    estimate: Estimate | None = None
    """Amazon's estimate of its fee for that offer; None: there is none."""
    unknowns: int = 0
    """Number of inconclusive searches before this one."""
    saved_picture: str | None = None
    """Path of the listing's main picture below the pictures' folder; it outlives the source's page."""
    undone: frozenset[str] = field(default_factory=frozenset)
    """Item ids that a person has refused or taken back for these listings."""

    offers: tuple[OfferPrice, ...] = ()
    """Of each of the listings, for the loss rule; empty: it does not apply."""

    def loss_ceiling(self, rules: Rules) -> int | None:
        """Return the most that the loss rule lets a source of one of these listings cost with its postage, in yen.

        A source may be too dear for one of them by its own limit, and not for the others, which it is given to.
        """
        known = [(offer, offer.price_jpy) for offer in self.offers if offer.price_jpy is not None]
        each = [
            highest_cost(price, rules.terms, rules.loss, offer.least_profit_jpy, offer.estimate)
            for offer, price in known
        ]
        limits = [most for most in each if most is not None]
        return max(limits, default=None) if len(limits) == len(self.offers) else None

    def ceiling(self, rules: Rules) -> int | None:
        """Return the maximum price in yen; None when the price of the first source is unknown."""
        if self.is_break_even(rules):
            return max(0, rules.terms.kept(self.offer_price_jpy or 0, self.estimate))
        return None if self.first_price_jpy is None else int(self.first_price_jpy * rules.price_factor)

    def is_break_even(self, rules: Rules) -> bool:
        """Return whether the ceiling is the break-even price of the offer."""
        return rules.break_even and self.offer_price_jpy is not None


class BadConditions(Refusal):
    """The setting cannot be parsed. The reason says what was expected."""


def read_conditions(text: str) -> Mapping[int, int]:
    """Parse `1=1 2=2 …`. Raises `BadConditions`."""
    conditions: dict[int, int] = {}
    for word in text.split():
        ours, _, theirs = word.partition("=")
        if ours not in tuple("123456") or theirs not in tuple("123456"):
            raise BadConditions(NoConditionPair(word[:40]))
        conditions[int(ours)] = int(theirs)
    return conditions


def searched(marketplace: Marketplace, rules: Rules) -> Sequence[Marketplace]:
    """Where a replacement is looked for: where the old source was, then, where the seller wants it, everywhere else.

    A marketplace that cannot be searched is in neither.
    """
    others = [name for name in SEARCHED if name is not marketplace] if rules.other_marketplace else []
    return [*(name for name in SEARCHED if name is marketplace), *others]


def landed_price(rules: Rules, item: Item) -> int | None:
    """Return the price with the postage, in yen; None when the price is not told. What is counted for an unknown
    postage is in it."""
    if item.price_jpy is None:
        return None
    return rules.terms.landed(item.price_jpy, item.postage_jpy)


def lead_time(rules: Rules, item: Item) -> int:
    """Return the days until the seller can ship an item from this source."""
    ships = item.ship_days_max if item.ship_days_max is not None else rules.ship_days
    return min(ships + rules.lead_days, LONGEST_LEAD)


def excluded_word(texts: Iterable[str], words: Iterable[str]) -> str | None:
    """Return the first of the excluded words that one of the texts has."""
    told = [text.casefold() for text in texts]
    return next((word for word in words if any(word.casefold() in text for text in told)), None)
