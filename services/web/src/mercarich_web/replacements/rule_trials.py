"""What rules that are typed in, but not saved, would change of the seller's last searches."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_replacements.filters import Filter, Refusal
from mercarich_replacements.rules import Rules, Wanted
from mercarich_replacements.trying import Seen, tried

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Searched:
    """The last search for a listing, its candidates in the order in which they were judged."""

    listing_id: int
    sku: str
    title: str | None
    wanted: Wanted
    candidates: Sequence[Seen]


@dataclass(frozen=True, slots=True)
class Verdict:
    refusal: Refusal | None

    @property
    def is_taken(self) -> bool:
        return self.refusal is None

    @property
    def is_unknown(self) -> bool:
        return self.refusal is not None and self.refusal.filter is Filter.NOT_SEEN


@dataclass(frozen=True, slots=True)
class Change:
    """A candidate that the typed rules judge differently from the current ones."""

    listing_id: int
    sku: str
    title: str
    price_jpy: int | None
    now: Verdict
    then: Verdict


@dataclass(frozen=True, slots=True)
class Trial:
    listings: int
    """Listings whose last search was tried."""
    candidates: int
    taken_now: int
    """Candidates that the current rules accept, and those that the typed rules accept."""
    taken_then: int
    refused_then: int
    unknown_then: int
    changes: Sequence[Change]
    """The first changes."""
    changed: int


def trial(searches: Sequence[Searched], hold: Rules, typed: Rules) -> Trial:
    judged = [
        (one, seen, Verdict(tried(hold, one.wanted, seen)), Verdict(tried(typed, one.wanted, seen)))
        for one in searches
        for seen in one.candidates
    ]
    changes = [
        Change(one.listing_id, one.sku, seen.item.title or seen.item.item_id, seen.item.price_jpy, now, then)
        for one, seen, now, then in judged
        if (now.is_taken, now.is_unknown) != (then.is_taken, then.is_unknown)
    ]
    taken, unknown = sum(then.is_taken for *_, then in judged), sum(then.is_unknown for *_, then in judged)
    return Trial(
        listings=len(searches),
        candidates=len(judged),
        taken_now=sum(now.is_taken for _, _, now, _ in judged),
        taken_then=taken,
        refused_then=len(judged) - taken - unknown,
        unknown_then=unknown,
        changes=changes[:SHOWN],
        changed=len(changes),
    )
