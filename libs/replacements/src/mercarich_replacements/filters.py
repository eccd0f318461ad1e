"""The filters, in the seed's order (behaviour.md 1.3): the first one that refuses a candidate gives the reason.

First the data of a search result is judged (`early`), then the item's own page (`late`). The caller compares pictures
between these and at the end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mercarich_contracts.market import OUT_OF_STOCK, Marketplace, State
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.sites import SITES, ConditionRule
from mercarich_reasons.candidates import (
    AlreadyUsed,
    ConditionBeyondLimit,
    ConditionDiffers,
    ConditionNotTaken,
    ConditionUnknown,
    ConditionWorse,
    ExcludedSeller,
    ExcludedWord,
    FirstPriceUnknown,
    GoneSourceItself,
    NoRatings,
    NotBuyable,
    OldConditionUnknown,
    PostageUnknown,
    PreOrder,
    PriceAboveBreakEven,
    PriceAboveLimit,
    PriceAboveLossLimit,
    PriceMissing,
    RatingsUnknown,
    RatingTooLow,
    SeveralVariants,
    ShipsFrom,
    ShipsTooLate,
    TakenBackBefore,
    TitleMissing,
    TitleTooLong,
)
from mercarich_reasons.reason import Reason
from mercarich_replacements.matching import titles_against
from mercarich_replacements.rules import Rules, Wanted, excluded_word, landed_price


class Filter(StrEnum):
    """The filter that refused a candidate: `revival_candidates.refused_by`, and the label of a metric."""

    UNDONE = "undone"
    BANNED_SELLER = "banned_seller"
    BANNED_WORD = "banned_word"
    TITLE = "title"
    QUICK_PICTURE = "quick_picture"
    BUYABLE = "buyable"
    RATING = "rating"
    USED = "used"
    CONDITION = "condition"
    PRICE = "price"
    TITLE_LENGTH = "title_length"
    ORIGIN = "origin"
    SHIP_DAYS = "ship_days"
    PICTURE = "picture"
    UNKNOWN = "unknown"
    """The look at it was inconclusive."""
    NOT_SEEN = "not_seen"
    """Only for previews, never stored: other rules would need its page or its picture, which were not looked at."""


@dataclass(frozen=True, slots=True)
class Refusal:
    filter: Filter
    reason: Reason


def early(rules: Rules, wanted: Wanted, row: Item) -> Refusal | None:
    return _first(_EARLY, rules, wanted, row)


def late(rules: Rules, wanted: Wanted, item: Item, used: frozenset[tuple[Marketplace, str]]) -> Refusal | None:
    """Judge the item's own page. `used` are the items that this seller already uses, as a source or as a SKU."""
    return _first(_DETAILS, rules, wanted, item) or _used(item, used) or _first(_AFTER_USED, rules, wanted, item)


def with_postage(item: Item, row: Item) -> Item:
    """Return the item with the postage that its row in the search prints, where its own page tells none.

    Yahoo's pages tell the fees that are the same everywhere; a row also prints one that depends on the place.
    """
    if item.postage_jpy is not None or row.postage_jpy is None:
        return item
    if item.shipping_payer is not None and item.shipping_payer != row.shipping_payer:
        return item
    return item.model_copy(update={"shipping_payer": row.shipping_payer, "shipping_cost_jpy": row.shipping_cost_jpy})


_Refuses = Callable[[Rules, Wanted, Item], Reason | None]


def _first(filters: tuple[tuple[Filter, _Refuses], ...], rules: Rules, wanted: Wanted, item: Item) -> Refusal | None:
    for name, refuses in filters:
        reason = refuses(rules, wanted, item)
        if reason is not None:
            return Refusal(name, reason)
    return None


def _undone(_rules: Rules, wanted: Wanted, item: Item) -> Reason | None:
    if item.item_id == wanted.item_id and item.marketplace is wanted.marketplace:
        return GoneSourceItself()
    return TakenBackBefore() if item.item_id in wanted.undone else None


def _banned_seller(rules: Rules, _wanted: Wanted, item: Item) -> Reason | None:
    seller = item.seller_id
    banned = seller is not None and (item.marketplace, seller) in rules.banned_sellers
    return ExcludedSeller(seller) if seller is not None and banned else None


def _banned_word(rules: Rules, _wanted: Wanted, item: Item) -> Reason | None:
    word = excluded_word((item.title or "",), rules.banned_words)
    return None if word is None else ExcludedWord(word)


def _title(rules: Rules, wanted: Wanted, item: Item) -> Reason | None:
    return titles_against(rules.match, wanted.title, item.title or "")


def _called_unbuyable(_rules: Rules, _wanted: Wanted, row: Item) -> Reason | None:
    """Judge the search's own word. A row without a clear state is left to the page."""
    return NotBuyable(row.state, row.reason) if row.state in OUT_OF_STOCK else None


def _buyable(_rules: Rules, _wanted: Wanted, item: Item) -> Reason | None:
    if item.state is not State.AVAILABLE:
        return NotBuyable(item.state, item.reason)
    if item.variants is not None:
        return SeveralVariants(item.variants)
    return PreOrder() if item.pre_order else None


def _rating(rules: Rules, _wanted: Wanted, item: Item) -> Reason | None:
    good, bad = item.seller_rating_good, item.seller_rating_bad
    if good is None or bad is None:
        return RatingsUnknown()
    if good + bad == 0:
        return NoRatings()
    per_cent = good * 100 // (good + bad)
    return None if per_cent >= rules.least_rating else RatingTooLow(per_cent, rules.least_rating)


def _used(item: Item, used: frozenset[tuple[Marketplace, str]]) -> Refusal | None:
    return Refusal(Filter.USED, AlreadyUsed()) if (item.marketplace, item.item_id) in used else None


def _condition(rules: Rules, wanted: Wanted, item: Item) -> Reason | None:
    ours, theirs = wanted.condition, item.condition_code
    if ours is None:
        return OldConditionUnknown()
    if theirs is None:
        return ConditionUnknown()
    if item.marketplace is not wanted.marketplace:
        return _condition_there(rules, ours, theirs)
    if SITES[item.marketplace].condition_rule is ConditionRule.SAME:
        return None if theirs == ours else ConditionDiffers(theirs, ours)
    return None if theirs <= ours else ConditionWorse(theirs, ours)


def _condition_there(rules: Rules, ours: int, theirs: int) -> Reason | None:
    """Judge the condition of an item on another marketplace."""
    worst = rules.other_conditions.get(ours)
    if worst is None:
        return ConditionNotTaken(ours)
    return None if theirs <= worst else ConditionBeyondLimit(theirs, worst)


def _price(rules: Rules, wanted: Wanted, item: Item) -> Reason | None:
    limit = wanted.ceiling(rules)
    if limit is None:
        return FirstPriceUnknown()
    cost = landed_price(rules, item)
    if cost is None:
        return PriceMissing()
    postage = item.postage_jpy
    counted = rules.unknown_postage_jpy if postage is None else 0
    if cost > limit:
        above = PriceAboveBreakEven if wanted.is_break_even(rules) else PriceAboveLimit
        return above(cost, limit, postage or None, counted or None)
    most = wanted.loss_ceiling(rules)
    if most is not None and cost > most:
        return PriceAboveLossLimit(cost, most, postage or None, counted or None)
    taken = rules.postage_may_be_unknown and cost < limit
    return PostageUnknown(cost, limit) if rules.terms.leaves_out(postage) and not taken else None


def _title_length(rules: Rules, _wanted: Wanted, item: Item) -> Reason | None:
    length = len(item.title or "")
    if length == 0:
        return TitleMissing()
    return None if length <= rules.title_length else TitleTooLong(length, rules.title_length)


def _origin(rules: Rules, _wanted: Wanted, item: Item) -> Reason | None:
    place = item.ships_from or ""
    return ShipsFrom(place) if any(ignored in place for ignored in rules.ignored_origins) else None


def _ship_days(rules: Rules, _wanted: Wanted, item: Item) -> Reason | None:
    days = item.ship_days_max
    return ShipsTooLate(days, rules.ship_days) if days is not None and days > rules.ship_days else None


_EARLY: tuple[tuple[Filter, _Refuses], ...] = (
    (Filter.UNDONE, _undone),
    (Filter.BANNED_SELLER, _banned_seller),
    (Filter.BANNED_WORD, _banned_word),
    (Filter.TITLE, _title),
    (Filter.BUYABLE, _called_unbuyable),
)
_DETAILS: tuple[tuple[Filter, _Refuses], ...] = (
    (Filter.BANNED_SELLER, _banned_seller),
    (Filter.BUYABLE, _buyable),
    (Filter.RATING, _rating),
)
"""Filters for the item's page. The banned seller is among them again, since a search result may not name the seller."""
_AFTER_USED: tuple[tuple[Filter, _Refuses], ...] = (
    (Filter.CONDITION, _condition),
    (Filter.PRICE, _price),
    (Filter.TITLE_LENGTH, _title_length),
    (Filter.ORIGIN, _origin),
    (Filter.SHIP_DAYS, _ship_days),
)
