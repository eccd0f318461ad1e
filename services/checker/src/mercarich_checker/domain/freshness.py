"""Which sources are looked at next: what a look is worth, from what its page shows and from what was learnt. No I/O.

A look that comes τ after the last one is worth the stale time that it can be expected to end,
`I(τ) = ∫₀^τ (S(s) − S(τ)) ds`, where S(s) is the chance that the source is still on sale s after that look (C. Olston
and S. Pandey, "Recrawl scheduling based on information longevity", WWW 2008, doi:10.1145/1367497.1367557). The look
that is worth most is made first. With a constant hazard λ and λτ small, I(τ) = λτ²/2; a call that shows many sources is
worth their sum.

Sources whose calls have nearly the same hazard are in one class. Of a class, a look is worth most at the source that
was not looked at for longest, so that only the first ones of the classes are compared. Auctions that have ended,
second looks, first looks, and sources that their plan lets wait no longer come before all others, in this order.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import exp, log
from typing import NamedTuple

from mercarich_contracts.hazards import FIRST_LOOK, Hazards, Learnt, Page, cell_of
from mercarich_contracts.market import Reason
from mercarich_contracts.schedule import DAY

AFTER_END = timedelta(seconds=90)
"""Time after an auction's end at which it is looked at: the page takes a moment to show how it ended."""
CLOSING_AGAIN = timedelta(minutes=5)
"""Wait between looks at an auction that is open past its end: each late bid extends it by five minutes."""
UNKNOWN_AGAIN = timedelta(hours=1)
"""Wait after a run gave a source up as unknown, so that no budget is spent on what does not answer."""
SOONEST = timedelta(minutes=5)
"""Shortest time between two looks that are made for their worth alone, however few sources there are."""

ORDERED_AGAIN, ORDERED_LONGEST = timedelta(minutes=10), timedelta(hours=1)
"""Waits between looks at what a buyer has ordered and its seller has not bought yet: the first, and the longest."""

INDEX_LAG = timedelta(hours=1)
"""How long the rows of a marketplace's result page may show what is over (an estimate): an auction that is shown open
counts as if it had been looked at so long before."""

WEEK = timedelta(days=7)
KEPT_A_DAY = 0.98
"""What a day leaves of what was learnt: the market of a month ago counts half."""

SILENT = timedelta(minutes=2)
"""A watch without a sign of life for so long does not work: it gives some in each round, also while it is paused."""

DRAWN = 0.05
"""Share of the looks that is drawn from all sources, so that what is believed to last is looked at, too."""
LONGEST = (DAY / 2, DAY / 4)
"""What plans let a source wait; the place in this is part of its class."""
_STEP = log(1.25)
"""The hazards of a class are within a factor of 1.25."""
_LOWEST = round(log(1e-9) / _STEP)
_OVERDUE = 1e12


def learn(learnt: Learnt, since_last: timedelta, page: Page, seen_at: datetime, *, gone: bool) -> None:
    """Add a look at a source that the last look found on sale. What goes between two looks has gone half-way.

    What ends at its known time says nothing about those that go before it.
    """
    if page.end_at is not None and page.end_at <= seen_at:
        return
    learnt.alive_seconds += since_last.total_seconds() * (0.5 if gone else 1.0)
    learnt.gone += gone


def unseen(page: Page, looked_at: datetime | None, seen_at: datetime) -> timedelta:
    """Return how long a source has been gone, as far as can be told, before the look that saw it.

    Since its end, if `page` of the look before told one; else for half of the time since that look, as if sources went
    at a uniformly random time. `looked_at` None: no look had found it on sale. A week at most: the forecast is one of a
    week, and an offer that nobody looked at for longer was mostly not on sale.
    """
    if looked_at is None:
        return timedelta()
    ended = page.end_at is not None and looked_at <= page.end_at <= seen_at
    gone = seen_at - page.end_at if ended and page.end_at is not None else (seen_at - looked_at) / 2
    return min(gone, WEEK)


class Look(NamedTuple):
    """A look that found a source on sale, with an offer of it."""

    source_id: int
    page: Page
    seen_at: datetime
    longest: timedelta
    """What the plan of its sellers allows until the next look."""
    call: str | None = None
    """What names the call that showed it with other sources; None: a call of its own."""


class Next(NamedTuple):
    """When a source is looked at next: by the worth of its class, and at a time whatever its worth."""

    look_class: int | None
    """None: no offer of it is on sale."""
    due_at: datetime | None = None


def next_looks(looks: Sequence[Look], learnt: Hazards) -> dict[int, Next]:
    """Return, by source, when each is looked at next. All sources of one call are in one class."""
    hazard = {look.source_id: learnt.of(cell_of(look.page, look.seen_at)) for look in looks}
    of_call: defaultdict[str, float] = defaultdict(float)
    for look in looks:
        if look.call is not None:
            of_call[look.call] += hazard[look.source_id]
    return {
        look.source_id: Next(
            look_class(hazard[look.source_id] if look.call is None else of_call[look.call], look.longest), _end(look)
        )
        for look in looks
    }


def _end(look: Look) -> datetime | None:
    end_at = look.page.end_at
    return end_at + AFTER_END if end_at is not None and end_at > look.seen_at else None


def look_class(hazard: float, longest: timedelta) -> int:
    """Return the class of calls with this hazard per second, of sellers whose plan lets a source wait so long."""
    level = max(0, round(log(hazard) / _STEP) - _LOWEST)
    return level * len(LONGEST) + (longest < LONGEST[0])


def second_look(seen_at: datetime, suspected_at: datetime, confirm_after: timedelta) -> datetime:
    """Return when a source that was found gone is due again: a hold may wait for it. The wait doubles each time."""
    return seen_at + min(max(confirm_after, seen_at - suspected_at), DAY / 2)


def ordered_look(following: Next, seen_at: datetime, read_at: datetime) -> Next:
    """Return when the source of an order that was read then is looked at next: while it is still to be bought, somebody
    else may buy it. The wait is as long as the order is known, within its bounds."""
    again = seen_at + min(max(ORDERED_AGAIN, seen_at - read_at), ORDERED_LONGEST)
    return following._replace(due_at=again if following.due_at is None else min(again, following.due_at))


def unknown_wait(reason: Reason | None) -> timedelta:
    """Return the wait after a look that told nothing and that the run does not repeat."""
    return CLOSING_AGAIN if reason is Reason.CLOSING else UNKNOWN_AGAIN


class Standing(NamedTuple):
    """What tells whether the watch of a marketplace works."""

    share: float
    """Of the outbound budget; 0: the watch is off."""
    needed: float
    """Share of the outbound budget that looks at all sources by their plans take; 0: not known yet."""
    heard_at: datetime | None
    """Last sign of life of a window; None: there was none."""
    is_restored: bool
    """The database is that of a backup, and not all of it was verified."""


def works(watch: Standing, now: datetime) -> bool:
    """Return whether a start of the schedule may leave sources to the watch. After a restore it looks at everything.

    The share must be enough for the plans, or be the whole budget: where that is too little, the watch uses it best.
    """
    alive = watch.heard_at is not None and now - watch.heard_at < SILENT
    enough = watch.share > 0 and watch.share >= min(1.0, watch.needed)
    return enough and alive and not watch.is_restored


class Head(NamedTuple):
    """A source that may be looked at: of those that are due at a time, or of the first of a class."""

    id: int
    item_id: str
    seller_id: str | None
    look_class: int | None
    due_at: datetime | None
    checked_at: datetime | None
    is_wanted: bool
    """An offer of it is on sale, and it has not killed workers."""
    glimpsed_at: datetime | None = None
    """When a result page last showed it open. That proves nothing, and only makes a look worth less."""


def most_valuable(heads: Iterable[Head], room: int, now: datetime) -> list[Head]:
    """Return at most `room` of the heads, those of which a look is worth most."""
    valued = {head.id: (worth(head, now), head) for head in heads if head.is_wanted}
    ranked = sorted(valued.values(), key=lambda one: (-one[0], one[1].id))
    return [head for value, head in ranked[:room] if value > 0]


def worth(head: Head, now: datetime) -> float:
    """Return what a look is worth, in seconds of stale time; 0: it is not made now.

    An auction that has ended is worth more than a second look, or one at what was ordered, this more than a first one,
    this more than what its plan lets wait no longer, and this more than any other.
    """
    if head.due_at is not None and head.due_at <= now:
        ended = head.look_class is not None  # else a hold waits for a second look, or a buyer for the piece
        return (4 if ended else 3) * _OVERDUE + (now - head.due_at).total_seconds()
    if head.look_class == FIRST_LOOK:
        return 2 * _OVERDUE
    if head.look_class is None or head.checked_at is None:
        return 0.0
    age, (level, plan) = now - head.checked_at, divmod(head.look_class, len(LONGEST))
    if age < SOONEST:
        return 0.0
    if age >= LONGEST[plan]:
        return _OVERDUE + age.total_seconds()
    if head.glimpsed_at is not None:
        age = min(age, now - min(head.glimpsed_at, now) + INDEX_LAG)
    return exp((level + _LOWEST) * _STEP) * age.total_seconds() ** 2 / 2
