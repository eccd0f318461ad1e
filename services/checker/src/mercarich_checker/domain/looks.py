"""What a look at a source means, and when a source that told nothing is asked again. No I/O."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from mercarich_contracts.market import OUT_OF_STOCK, Reason, State
from mercarich_contracts.proxy_api import Item

ENOUGH_LOOKS = 10
"""Answers below which a share of unknown ones says nothing."""

_LET_GO = frozenset({Reason.CLOSING, Reason.MALFORMED_ID})
"""Unknown answers that asking again within the run cannot change."""


class Meaning(StrEnum):
    KEEP = "keep"
    WITHDRAW = "withdraw"
    NOTHING_LEARNT = "nothing_learnt"


def meaning(item: Item) -> Meaning:
    """Only positive evidence lowers a quantity; an unknown changes nothing."""
    if item.state is State.UNKNOWN:
        return Meaning.NOTHING_LEARNT
    return Meaning.WITHDRAW if item.state in OUT_OF_STOCK else Meaning.KEEP


@dataclass(frozen=True, slots=True)
class Retry:
    """When an item with an unknown answer is asked again; None: the run lets go of it."""

    wait: timedelta | None
    counts: bool
    """Whether the answer counts towards the limit: not when the proxy did not ask at all."""


def retry(reason: Reason | None, unknowns: int, *, limit: int, first_wait: float, jitter: float) -> Retry:
    """`unknowns` is the number before this answer; `jitter` is a random number of [0, 1)."""
    if reason in _LET_GO:
        return Retry(None, counts=True)
    if reason is Reason.BREAKER_OPEN:
        return Retry(timedelta(seconds=first_wait * (0.5 + jitter / 2)), counts=False)
    if unknowns + 1 >= limit:
        return Retry(None, counts=True)
    wait = min(first_wait * 2**unknowns, 1800) * (0.5 + jitter / 2)
    if reason is Reason.NOT_FOUND_ONCE:
        wait = max(wait, 65.0)  # the proxy believes a second not-found after a minute
    return Retry(timedelta(seconds=wait), counts=True)


def in_trouble(unknown: int, looks: int) -> bool:
    """Whether the latest answers say that the marketplace does not answer at present."""
    return looks >= ENOUGH_LOOKS and unknown * 2 > looks
