"""Judge a candidate by other rules, from the data stored when it was judged first; nothing is looked up."""

from dataclasses import dataclass

from mercarich_contracts.proxy_api import Item
from mercarich_reasons.candidates import NotLookedAt
from mercarich_replacements.filters import Filter, Refusal, early, late
from mercarich_replacements.matching import Likeness, pictures_against, quick_against
from mercarich_replacements.rules import Rules, Wanted

NOT_SEEN = Refusal(Filter.NOT_SEEN, NotLookedAt())
"""These rules would need its page or its picture, which were not looked at."""
_NO_RULES = frozenset({Filter.UNDONE, Filter.USED, Filter.BUYABLE, Filter.UNKNOWN})
"""Filters that do not depend on the rules."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A candidate as it was judged, with the data seen of it."""

    item: Item
    page_seen: bool
    quick: float | None
    likeness: Likeness | None
    refusal: Refusal | None
    """The refusal at that time; None: it matched."""


def tried(rules: Rules, wanted: Wanted, seen: Seen) -> Refusal | None:
    """Return the refusal by these rules, applied in the order of a search; None: it would match."""
    refusal = early(rules, wanted, seen.item)
    if refusal is not None:
        return refusal
    then = seen.refusal
    if then is not None and then.filter in _NO_RULES:
        return then
    if seen.quick is None:
        return _as_then(then, Filter.QUICK_PICTURE)
    reason = quick_against(rules.match, seen.quick)
    if reason is not None:
        return Refusal(Filter.QUICK_PICTURE, reason)
    if not seen.page_seen:
        return NOT_SEEN
    refusal = late(rules, wanted, seen.item, frozenset())
    return refusal or _pictures(rules, wanted, seen)


def _pictures(rules: Rules, wanted: Wanted, seen: Seen) -> Refusal | None:
    if seen.likeness is None:
        return _as_then(seen.refusal, Filter.PICTURE)
    reason = pictures_against(rules.match, seen.likeness, wanted.title, seen.item.title or "")
    return None if reason is None else Refusal(Filter.PICTURE, reason)


def _as_then(then: Refusal | None, name: Filter) -> Refusal:
    """Return the former refusal if it came from the same filter, because there was nothing to compare."""
    return then if then is not None and then.filter == name else NOT_SEEN
