"""The filters in the seed's order (behaviour.md 1.3): the first one that refuses a candidate says why.

First what a search result tells (`early`), then what the item's own page tells (`late`); pictures are looked at
between and at the end, by who looks them up.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.proxy_api import Item
from mercarich_replacements.matching import titles_against
from mercarich_replacements.rules import Rules, Wanted


@dataclass(frozen=True, slots=True)
class Refusal:
    filter: str
    reason: str


def early(rules: Rules, wanted: Wanted, row: Item) -> Refusal | None:
    return _first(_EARLY, rules, wanted, row)


def late(rules: Rules, wanted: Wanted, item: Item, used: frozenset[tuple[Marketplace, str]]) -> Refusal | None:
    """`used` are the items that this seller uses already, as a source or as a SKU."""
    return _first(_DETAILS, rules, wanted, item) or _used(item, used) or _first(_AFTER_USED, rules, wanted, item)


_Filter = Callable[[Rules, Wanted, Item], str | None]


def _first(filters: tuple[tuple[str, _Filter], ...], rules: Rules, wanted: Wanted, item: Item) -> Refusal | None:
    for name, refuses in filters:
        reason = refuses(rules, wanted, item)
        if reason is not None:
            return Refusal(name, reason[:255])
    return None


def _undone(_rules: Rules, wanted: Wanted, item: Item) -> str | None:
    if item.item_id == wanted.item_id and item.marketplace is wanted.marketplace:
        return "it is the source that is gone"
    return "a person has taken it back from this listing" if item.item_id in wanted.undone else None


def _banned_seller(rules: Rules, _wanted: Wanted, item: Item) -> str | None:
    banned = item.seller_id is not None and (item.marketplace, item.seller_id) in rules.banned_sellers
    return f"seller {item.seller_id} is excluded" if banned else None


def _banned_word(rules: Rules, _wanted: Wanted, item: Item) -> str | None:
    title = (item.title or "").casefold()
    word = next((word for word in rules.banned_words if word.casefold() in title), None)
    return None if word is None else f"the title has the excluded word {word!r}"


def _title(rules: Rules, wanted: Wanted, item: Item) -> str | None:
    return titles_against(rules.match, wanted.title, item.title or "")


def _buyable(_rules: Rules, _wanted: Wanted, item: Item) -> str | None:
    if item.state is State.AVAILABLE:
        return None
    return f"it is {item.state}" + (f": {item.reason}" if item.reason else "")


def _rating(rules: Rules, _wanted: Wanted, item: Item) -> str | None:
    good, bad = item.seller_rating_good, item.seller_rating_bad
    if good is None or bad is None:
        return "the seller's ratings are not known"
    if good + bad == 0:
        return "the seller has no ratings yet"
    per_cent = good * 100 // (good + bad)
    return None if per_cent >= rules.least_rating else f"{per_cent} % good ratings, less than {rules.least_rating} %"


def _used(item: Item, used: frozenset[tuple[Marketplace, str]]) -> Refusal | None:
    if (item.marketplace, item.item_id) not in used:
        return None
    return Refusal("used", "this seller uses it already for another listing")


def _condition(rules: Rules, wanted: Wanted, item: Item) -> str | None:
    ours, theirs = wanted.condition, item.condition_code
    if ours is None or theirs is None:
        return f"the condition of {'the old source' if ours is None else 'the item'} is not known"
    if item.marketplace is not wanted.marketplace:
        worst = rules.other_conditions.get(ours)
        if worst is None:
            return f"condition {ours} is not taken from the other marketplace"
        return None if theirs <= worst else f"condition {theirs} is worse than {worst}, the other marketplace's limit"
    if item.marketplace is Marketplace.YAHOO:
        return None if theirs == ours else f"condition {theirs} is not {ours}, the old source's"
    return None if theirs <= ours else f"condition {theirs} is worse than {ours}, the old source's"


def _price(rules: Rules, wanted: Wanted, item: Item) -> str | None:
    ceiling = wanted.ceiling(rules)
    if ceiling is None:
        return "the price at first purchase is not known"
    if item.price_jpy is None:
        return "it shows no price"
    shipping = item.shipping_cost_jpy or 0 if item.shipping_payer == "buyer" else 0  # of some nobody says how much
    cost = item.price_jpy + shipping
    told = f"{cost:,} yen with shipping" if shipping else f"{cost:,} yen"
    limit = f"{ceiling:,} yen" + (", the break-even price" if wanted.is_break_even(rules) else "")
    return None if cost <= ceiling else f"{told} is more than {limit}"


def _title_length(rules: Rules, _wanted: Wanted, item: Item) -> str | None:
    length = len(item.title or "")
    if length == 0:
        return "it has no title"
    return (
        None if length <= rules.title_length else f"its title has {length} characters, more than {rules.title_length}"
    )


def _origin(rules: Rules, _wanted: Wanted, item: Item) -> str | None:
    ignored = next((place for place in rules.ignored_origins if place in (item.ships_from or "")), None)
    return None if ignored is None else f"it ships from {item.ships_from}"


def _ship_days(rules: Rules, _wanted: Wanted, item: Item) -> str | None:
    days = item.ship_days_max
    return (
        f"it ships within {days} days, not {rules.ship_days}" if days is not None and days > rules.ship_days else None
    )


_EARLY: tuple[tuple[str, _Filter], ...] = (
    ("undone", _undone),
    ("banned_seller", _banned_seller),
    ("banned_word", _banned_word),
    ("title", _title),
)
_DETAILS: tuple[tuple[str, _Filter], ...] = (
    ("banned_seller", _banned_seller),
    ("buyable", _buyable),
    ("rating", _rating),
)
"""A search result may not say who sells: the page does."""
_AFTER_USED: tuple[tuple[str, _Filter], ...] = (
    ("condition", _condition),
    ("price", _price),
    ("title_length", _title_length),
    ("origin", _origin),
    ("ship_days", _ship_days),
)
