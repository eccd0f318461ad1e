"""What a seller asks of a replacement, and what is known of the source that it replaces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mercarich_contracts.market import Marketplace
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.sites import SEARCHED
from mercarich_reasons.refusal import Refusal
from mercarich_reasons.settings import NoConditionPair
from mercarich_replacements.matching import MatchRules

LONGEST_LEAD = 30
"""Days; Amazon takes no more (lead_time_to_ship_max_days)."""


@dataclass(frozen=True, slots=True)
class Rules:
    """One seller's thresholds and exclusions."""

    days: int
    candidates: int
    """Search results that are judged at most."""
    match: MatchRules
    least_rating: int
    """Per cent of good ratings."""
    price_factor: float
    title_length: int
    ignored_origins: tuple[str, ...]
    ship_days: int
    lead_days: int
    quantity_cap: int
    other_marketplace: bool
    other_conditions: Mapping[int, int]
    """Our condition -> the worst one that is taken from another marketplace."""
    ask_first: bool
    break_even: bool = False
    """The offer's own price is the limit, where it is known, not the first purchase price."""
    fee_percent: float = 0.0
    """Amazon's, of the offer's price."""
    costs_jpy: int = 0
    """Of each sale besides."""
    banned_sellers: frozenset[tuple[Marketplace, str]] = frozenset()
    banned_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Listings of one seller that lost the same source: they move together."""

    listing_ids: tuple[int, ...]
    user_id: int
    marketplace: Marketplace
    source_item_id: int
    item_id: str
    """The marketplace's own id of the source that is gone."""
    title: str
    picture_url: str | None
    condition: int | None
    first_price_jpy: int | None
    withdrawn_at: datetime | None
    offer_price_jpy: int | None = None
    """What Amazon's buyer pays; None: nobody has said."""
    unknowns: int = 0
    """Searches before this one that told nothing."""
    saved_picture: str | None = None
    """Where the listing's own main picture lies, below the pictures' folder; it outlives the source's page."""
    undone: frozenset[str] = field(default_factory=frozenset)
    """Item ids that a person has taken back from these listings."""

    def ceiling(self, rules: Rules) -> int | None:
        """The highest price in yen; None when nobody knows what the first one cost."""
        if self.is_break_even(rules):
            kept = (self.offer_price_jpy or 0) * (1000 - round(rules.fee_percent * 10)) // 1000
            return max(0, kept - rules.costs_jpy)
        return None if self.first_price_jpy is None else int(self.first_price_jpy * rules.price_factor)

    def is_break_even(self, rules: Rules) -> bool:
        """Whether the ceiling is what a sale leaves."""
        return rules.break_even and self.offer_price_jpy is not None


class BadConditions(Refusal):
    """The setting cannot be read; the reason says what was expected."""


def read_conditions(text: str) -> Mapping[int, int]:
    """`1=1 2=2 …` → a map. Raises `BadConditions`."""
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


def lead_time(rules: Rules, item: Item) -> int:
    """Days until the seller can ship what the source ships."""
    ships = item.ship_days_max if item.ship_days_max is not None else rules.ship_days
    return min(ships + rules.lead_days, LONGEST_LEAD)
