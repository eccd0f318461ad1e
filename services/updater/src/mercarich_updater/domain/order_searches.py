"""When an order's source is searched for again, and what a search came to. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from mercarich_reasons.order_searches import FoundForOrder, NoneForOrder, OrderSearchFailed, OrderSearchUnsure
from mercarich_reasons.reason import Reason
from mercarich_replacements.filters import Filter, Refusal

WAITS = (timedelta(minutes=10), timedelta(minutes=30), timedelta(minutes=60))
"""Time from the end of the first, second and third search to the next one."""
LAST_WAIT = timedelta(hours=3)
"""Time between later searches, while the order is open."""
FIRST_UNSURE = timedelta(seconds=30)
"""Time after an inconclusive search; each further one doubles it."""
UNFINISHED = 3
"""Searches in a row that nobody has ended, after which the next one waits: the order may make workers fail."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The earlier searches for an order."""

    searches: int = 0
    """Searches that could see everything, or found something."""
    unsure: int = 0
    """Inconclusive ones in a row, up to the last one."""
    unfinished: int = 0
    """Claims since the last search that ended."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A search that has ended."""

    result: Reason
    conclusive: bool
    """Whether everything could be seen: what was found earlier, and not now, is no longer to be had."""
    standing: Standing
    wait: timedelta
    """Time until the next search."""


def ended(before: Standing, refusals: Sequence[Refusal | None], problem: str | None) -> Ended:
    """Return the end of a search that judged candidates so; None: the candidate fits.

    `problem` is why the marketplace could not be searched to the end; None: it could.
    """
    found = sum(one is None for one in refusals)
    unknown = sum(one is not None and one.filter is Filter.UNKNOWN for one in refusals)
    sure = problem is None and unknown == 0
    unsure = 0 if sure or found else before.unsure + 1
    after = Standing(before.searches + (unsure == 0), unsure)
    wait = _wait_after_unsure(unsure) if unsure else _wait_after(after.searches)
    return Ended(_result(refusals, found, unknown, problem), sure, after, wait)


def lease_of(standing: Standing, lease: timedelta) -> timedelta:
    """Return how long a claim keeps other workers away, from its last sign of life."""
    return lease if standing.unfinished < UNFINISHED else LAST_WAIT


def _result(refusals: Sequence[Refusal | None], found: int, unknown: int, problem: str | None) -> Reason:
    if found:
        return FoundForOrder(found, len(refusals))
    if problem is not None:
        return OrderSearchFailed(problem)
    if unknown:
        return OrderSearchUnsure(len(refusals), unknown)
    too_dear = sum(one is not None and one.filter is Filter.PRICE for one in refusals)
    return NoneForOrder(len(refusals), too_dear)


def _wait_after(searches: int) -> timedelta:
    return WAITS[searches - 1] if searches <= len(WAITS) else LAST_WAIT


def _wait_after_unsure(unsure: int) -> timedelta:
    doubled: timedelta = FIRST_UNSURE * 2 ** min(unsure - 1, 16)
    return min(doubled, LAST_WAIT)
