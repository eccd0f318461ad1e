"""When a source is looked at next: what a look is worth, from what its page shows and what was learnt. No I/O.

A look that comes τ after the last one is worth the stale time that it can be expected to end,
`I(τ) = ∫₀^τ (S(s) − S(τ)) ds`, where S(s) is the chance that the source is still on sale s after that look (C. Olston
and S. Pandey, "Recrawl scheduling based on information longevity", WWW 2008, doi:10.1145/1367497.1367557). A source is
due when its look is worth more than a threshold, which is the same for all sources and is moved so that the budget is
used. With a constant hazard λ and λτ small, I(τ) = λτ²/2: a source is due √(2·threshold ÷ λ) after its last look.

An auction ends at a known time. Then the chance falls by a jump p, which makes a look worth p · (end − last look).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, sqrt
from typing import Any, NamedTuple

from mercarich_contracts.market import Marketplace, Reason

DAY = timedelta(days=1)

AFTER_END = timedelta(seconds=90)
"""Time after an auction's end at which it is looked at: the page takes a moment to show how it ended."""
CLOSING_AGAIN = timedelta(minutes=5)
"""Wait between looks at an auction that is open past its end: each late bid extends it by five minutes."""
UNKNOWN_AGAIN = timedelta(hours=1)
"""Wait after a run gave a source up as unknown, so that no budget is spent on what does not answer."""
NOT_ON_SALE = timedelta(hours=6)
"""Wait after a source was found to have no offer on sale: the shortest time that a plan allows between looks."""
SOONEST = timedelta(minutes=5)
"""Shortest time between two looks that are due by their worth alone, however few sources there are."""

GONE_AT_END = 0.3
"""Chance that an auction without bids is gone after its end: the share that is not listed again (an estimate)."""

PRIOR: Mapping[Marketplace, float] = {
    Marketplace.MERCARI: 0.02 / DAY.total_seconds(),
    Marketplace.YAHOO: 0.004 / DAY.total_seconds(),
}
"""Hazards per second before anything was learnt (estimates: 2 % and 0.4 % a day)."""
PRIOR_GONE = 3.0
"""Sources gone that the average hazard counts for in each cell, so that a few looks change little."""
KEPT_A_DAY = 0.98
"""What a day leaves of what was learnt: the market of a month ago counts half."""

LEAST_THRESHOLD, MOST_THRESHOLD = 0.01, 1e6
FIRST_THRESHOLD = 10.0
"""Seconds. With the first hazard of Mercari, a source is due every 2.6 hours."""
_FULL_STEP = timedelta(minutes=10)
_STEP = 0.05

_PRICES = (1_000, 3_000, 10_000, 30_000)
_LIKES = (1, 5, 20)
_AGES = (DAY, timedelta(days=7))


class Page(NamedTuple):
    """What a page showed that tells how long the source will last. None: the page did not say."""

    price_jpy: int | None = None
    likes: int | None = None
    bids: int | None = None
    created_at: datetime | None = None
    end_at: datetime | None = None


@dataclass(slots=True)
class Learnt:
    """What looks at the sources of a cell have shown."""

    alive_seconds: float = 0.0
    gone: float = 0.0


@dataclass(frozen=True, slots=True)
class Hazards:
    """Hazards per second, by cell."""

    known: Mapping[str, float]
    average: float

    def of(self, cell: str) -> float:
        return self.known.get(cell, self.average)


def hazards(prior: float, cells: Mapping[str, Learnt]) -> Hazards:
    """Return the hazards of a marketplace. A cell of which little is known has nearly that of all cells together."""
    gone = sum(learnt.gone for learnt in cells.values())
    alive = sum(learnt.alive_seconds for learnt in cells.values())
    average = (gone + PRIOR_GONE) / (alive + PRIOR_GONE / prior)
    known = {
        cell: (learnt.gone + PRIOR_GONE) / (learnt.alive_seconds + PRIOR_GONE / average)
        for cell, learnt in cells.items()
    }
    return Hazards(known, average)


def cell_of(page: Page, now: datetime) -> str:
    """Return the cell of sources that look alike: bands of price, likes and age, such as `p2 l0 a1`; x: not said."""
    age = None if page.created_at is None else now - page.created_at
    return f"p{_band(page.price_jpy, _PRICES)} l{_band(page.likes, _LIKES)} a{_band(age, _AGES)}"


def _band(value: Any, limits: Sequence[Any]) -> str:
    return "x" if value is None else str(bisect_right(limits, value))


def learn(learnt: Learnt, since_last: timedelta, page: Page, seen_at: datetime, *, gone: bool) -> None:
    """Add a look at a source that the last look found on sale. What goes between two looks has gone half-way.

    What ends at its known time says nothing about those that go before it.
    """
    if page.end_at is not None and page.end_at <= seen_at:
        return
    learnt.alive_seconds += since_last.total_seconds() * (0.5 if gone else 1.0)
    learnt.gone += gone


class Look(NamedTuple):
    """A look that found a source on sale."""

    source_id: int
    page: Page
    seen_at: datetime
    longest: timedelta
    """What the plan of its sellers allows until the next look."""
    call: str | None = None
    """What names the call that showed it with other sources; None: a call of its own."""


def next_looks(looks: Sequence[Look], learnt: Hazards, threshold: float) -> dict[int, datetime]:
    """Return, by source, when each is due again. `threshold` is in seconds.

    A call that shows many sources is worth the sum of them, so that all of them are due when the call is.
    """
    hazard = {look.source_id: learnt.of(cell_of(look.page, look.seen_at)) for look in looks}
    of_call: defaultdict[str, float] = defaultdict(float)
    for look in looks:
        if look.call is not None:
            of_call[look.call] += hazard[look.source_id]
    return {
        look.source_id: _due(look, hazard[look.source_id] if look.call is None else of_call[look.call], threshold)
        for look in looks
    }


def _due(look: Look, hazard: float, threshold: float) -> datetime:
    seen_at, end_at = look.seen_at, look.page.end_at
    due = seen_at + min(max(timedelta(seconds=sqrt(2 * threshold / hazard)), SOONEST), look.longest)
    if end_at is not None and end_at > seen_at:
        jump = 1.0 if look.page.bids else GONE_AT_END
        if jump * (end_at - seen_at).total_seconds() >= threshold or end_at < due:
            due = min(due, end_at + AFTER_END)
    return due


def second_look(seen_at: datetime, suspected_at: datetime, confirm_after: timedelta) -> datetime:
    """Return when a source that was found gone is due again: a hold may wait for it. The wait doubles each time."""
    return seen_at + min(max(confirm_after, seen_at - suspected_at), DAY / 2)


def unknown_wait(reason: Reason | None) -> timedelta:
    """Return the wait after a look that told nothing and that the run does not repeat."""
    return CLOSING_AGAIN if reason is Reason.CLOSING else UNKNOWN_AGAIN


def steered(threshold: float, late: timedelta) -> float:
    """Return the threshold for the next minute. `late` is how long ago the sources taken now were due.

    If they are looked at late, the budget does not suffice for this threshold; if before their time, there is budget
    left. It moves by at most 5 %.
    """
    step = max(-1.0, min(late / _FULL_STEP, 1.0)) * _STEP
    return max(LEAST_THRESHOLD, min(threshold * exp(step), MOST_THRESHOLD))


class Head(NamedTuple):
    """One of the sources of a marketplace that are due first."""

    id: int
    item_id: str
    seller_id: str | None
    due_at: datetime | None
    checked_at: datetime | None
    is_free: bool
    """No run is to look at it."""
    is_plain: bool
    """It is due by its worth: no unknown answer, suspicion or end of an auction sets its time."""
    is_on_sale: bool


def may_be_taken(head: Head, now: datetime) -> bool:
    """Return whether the watch may look at it now: it is due, or there is budget left and its last look is not new."""
    if not head.is_free or not head.is_on_sale:
        return False
    if head.due_at is None or head.due_at <= now:
        return True
    return head.is_plain and head.checked_at is not None and head.checked_at <= now - SOONEST
