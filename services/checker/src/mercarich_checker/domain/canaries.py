"""Canaries: items of known state, which show whether the responses of a route are true. No I/O."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mercarich_contracts.market import Marketplace, RouteName, State
from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.sites import SITES
from mercarich_reasons.holds import CanariesDiffer
from mercarich_reasons.reason import Reason
from mercarich_runs.domain.brake import Doubt

FEW = 3
"""Fewer drawn canaries of a known state cannot show that a route is wrong by showing another state: each may have
changed by itself, and what is left out of a run would never be looked at again, and be drawn again."""


class Expected(StrEnum):
    """The known state of a canary."""

    ON_SALE = "on_sale"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Canary:
    item_id: str
    expected: Expected
    route: RouteName
    """The request that it is a canary of."""
    certain: bool = True
    """False: drawn from earlier runs, so that some may have changed since."""
    seller_id: str | None = None
    """Its seller, if it is to be found in the list of the seller's items."""


@dataclass(frozen=True, slots=True)
class CanaryVerdict:
    """What its canaries show of a route."""

    doubt: Doubt | None = None
    lies: bool = False
    """One of them showed the opposite of its known state."""
    why: Reason | None = None
    """Set if the canaries are not as expected."""


UNVOUCHED = CanaryVerdict(Doubt.UNVOUCHED)


def judge_canaries(
    canaries: Sequence[Canary], seen: Mapping[tuple[RouteName, str], Item]
) -> Mapping[RouteName, CanaryVerdict]:
    """Judge each route that has canaries by what was `seen` by it, keyed by route and item id.

    Every certain canary must be as expected, and at least half of the uncertain ones of each known state, if they are
    not `FEW`. One on sale must be as expected to vouch for its route.
    """
    by_route: defaultdict[RouteName, list[Canary]] = defaultdict(list)
    for canary in canaries:
        by_route[canary.route].append(canary)
    return {
        route: _judged(its, {canary.item_id: seen.get((route, canary.item_id)) for canary in its})
        for route, its in by_route.items()
    }


def _judged(canaries: Sequence[Canary], seen: Mapping[str, Item | None]) -> CanaryVerdict:
    wrong = [canary for canary in canaries if not _as_expected(canary, seen[canary.item_id])]
    # A list is read only as far as needed, so that one of its items shows that it works.
    listed = {canary.seller_id for canary in canaries if canary.seller_id is not None and canary not in wrong}
    wrong = [canary for canary in wrong if canary.seller_id not in listed or seen[canary.item_id] is not None]
    for state in Expected:
        uncertain = [canary for canary in canaries if canary.expected is state and not canary.certain]
        missed = [canary for canary in wrong if canary in uncertain]
        if len(missed) * 2 > len(uncertain):
            missed = [one for one in missed if len(uncertain) < FEW and _is_known(seen[one.item_id])]
        wrong = [canary for canary in wrong if canary not in missed]
    if not wrong:
        on_sale = any(
            canary.expected is Expected.ON_SALE and _as_expected(canary, seen[canary.item_id]) for canary in canaries
        )
        return CanaryVerdict() if on_sale else UNVOUCHED
    answers = [seen[canary.item_id] for canary in wrong]
    lies = any(_is_known(item) for item in answers)
    return CanaryVerdict(Doubt.WRONG, lies, _difference(wrong, len(canaries), answers[0]))


def _difference(wrong: Sequence[Canary], asked: int, seen: Item | None) -> CanariesDiffer:
    """Return the reason of a bad verdict. `seen` is what the first wrong canary showed."""
    first = wrong[0]
    expected = State.AVAILABLE if first.expected is Expected.ON_SALE else State.GONE
    state, why = (None, None) if seen is None else (seen.state, seen.reason)
    return CanariesDiffer(len(wrong), asked, first.item_id, expected, state, why, first.route)


def _is_known(item: Item | None) -> bool:
    return item is not None and item.state is not State.UNKNOWN


def _as_expected(canary: Canary, item: Item | None) -> bool:
    if item is not None and item.reason is StateReason.NOT_FOUND_ONCE:
        return canary.expected is Expected.GONE  # a gone canary gives this each time
    if item is None or item.state is State.UNKNOWN:
        return False
    return (item.state is State.AVAILABLE) is (canary.expected is Expected.ON_SALE)


class BadCanaries(ValueError):
    """The setting cannot be parsed. The text says what was expected."""


def read_canaries(text: str, marketplace: Marketplace) -> tuple[Canary, ...]:
    """Parse `id=on_sale id=gone …`. Each is a canary of its item's own page. Raises `BadCanaries`."""
    return tuple(_read_canary(word, marketplace) for word in text.split())


def _read_canary(word: str, marketplace: Marketplace) -> Canary:
    item_id, _, expected = word.partition("=")
    if not item_id or expected not in tuple(Expected):
        raise BadCanaries(f"expected id=on_sale or id=gone, not {word!r}")
    return Canary(item_id, Expected(expected), SITES[marketplace].kind_of(item_id).route)
