"""What a look at a source means, and when a look that ended as unknown is repeated. No I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_contracts.market import OUT_OF_STOCK, Reason, RouteName, State
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.schedule import tokyo
from mercarich_contracts.sites import SITES

ENOUGH_LOOKS = 10
"""Below this number of looks, the share of unknown ones is not significant."""

SECOND_LOOK = timedelta(seconds=60)
"""Time from the first miss after which another one proves that there is no such item: an outage may last seconds."""

LONGEST_SECONDS = 1_800.0
"""The longest wait after a look that told nothing."""
ORDERED_FIRST_SECONDS, ORDERED_LONGEST_SECONDS = 10.0, 45.0
"""Waits after looks at what was ordered that told nothing: the first, doubled each time, and the longest, so that a
source is seen within a minute after its marketplace shows it again."""
ORDERED_TRIES = 90
"""Of these looks, some 50 minutes; the next one comes an hour later. Each is one call of the budget."""

_LET_GO = frozenset({Reason.CLOSING, Reason.MALFORMED_ID})
"""Reasons for an unknown state that cannot change within the run."""


def after_second_look(item: Item, reason: str | None, missed_at: datetime | None) -> Item:
    """Return the item as gone when this miss is the second one, or it was gone by such misses before.

    `reason` and `missed_at` are the row's: of its last known state, and when the item was first missed since then.
    """
    if item.reason is not Reason.NOT_FOUND_ONCE:
        return item
    again = missed_at is not None and item.evidence.fetched_at - missed_at >= SECOND_LOOK
    if not again and reason != Reason.NOT_FOUND:
        return item
    first = "before" if missed_at is None else f"at {tokyo(missed_at)}"
    proof = item.evidence.model_copy(update={"extract": f"missed {first}, and now: {item.evidence.extract}"[:500]})
    return item.model_copy(update={"state": State.GONE, "reason": Reason.NOT_FOUND, "evidence": proof})


def route_of(item: Item) -> RouteName:
    """Return the route by which the marketplace showed the item; of a parser of no route, that of the item's page."""
    site = SITES[item.marketplace]
    parser = item.evidence.parser_version.partition("/")[0]
    for route in site.routes:
        if route == parser:
            return route
    return site.kind_of(item.item_id).route


class Meaning(StrEnum):
    KEEP = "keep"
    WITHDRAW = "withdraw"
    NOTHING_LEARNT = "nothing_learnt"


def meaning(item: Item) -> Meaning:
    """Return what the answer means: only positive evidence withdraws, an unknown state changes nothing."""
    if item.state is State.UNKNOWN:
        return Meaning.NOTHING_LEARNT
    return Meaning.WITHDRAW if item.state in OUT_OF_STOCK else Meaning.KEEP


@dataclass(frozen=True, slots=True)
class Retry:
    """What follows an unknown answer. `wait` is the time until the next try; None: the run gives the item up."""

    wait: timedelta | None
    counts: bool
    """Whether the answer counts towards the limit. It does not when the proxy never asked the marketplace."""


def retry(
    reason: Reason | None,
    unknowns: int,
    *,
    limit: int,
    first_wait: float,
    jitter: float,
    longest: float = LONGEST_SECONDS,
) -> Retry:
    """Return the retry after a look that told nothing, with exponential backoff from `first_wait` to `longest` seconds.

    `unknowns` is the number of such looks before this one; `jitter` is a random number in [0, 1).
    """
    if reason in _LET_GO:
        return Retry(None, counts=True)
    if reason is Reason.BREAKER_OPEN:
        return Retry(timedelta(seconds=first_wait * (0.5 + jitter / 2)), counts=False)
    if unknowns + 1 >= limit:
        return Retry(None, counts=True)
    wait = min(first_wait * 2**unknowns, longest) * (0.5 + jitter / 2)
    if reason is Reason.NOT_FOUND_ONCE:
        wait = max(wait, SECOND_LOOK.total_seconds() + 5)
    return Retry(timedelta(seconds=wait), counts=True)


def retry_ordered(reason: Reason | None, unknowns: int, *, jitter: float) -> Retry:
    """Return the retry after a look that told nothing of what a buyer has ordered: within seconds at first, since its
    seller is to buy it today. After an hour of such looks it is tried as seldom as anything else.
    """
    first, longest = ORDERED_FIRST_SECONDS, ORDERED_LONGEST_SECONDS
    return retry(reason, unknowns, limit=ORDERED_TRIES, first_wait=first, longest=longest, jitter=jitter)


def in_trouble(unknown: int, looks: int) -> bool:
    """Return whether the latest answers mean that the marketplace does not answer now."""
    return looks >= ENOUGH_LOOKS and unknown * 2 > looks
