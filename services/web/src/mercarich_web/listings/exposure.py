"""How long offers were on sale at Amazon after their source was gone, and the share of orders that this may cost.

An offer is exposed from when its source was *seen* to be gone until Amazon accepted its 0, or a replacement took over.
The history records both to the second. The source may have gone at any time since the check before; half of the time
between the two checks is assumed, as if sources went at a uniformly random time.

The expected share of cancelled orders is exposed time ÷ time on sale, both summed over offers, times how much more
the offers that fell are ordered than the others (`demand`). Orders are taken to be spread evenly over minutes. Amazon
counts cancellations before shipping over seven days and requires less
than 2.5 % (Seller Central, "Order Performance").
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from mercarich_contracts.events import EventKind

LIMIT = 0.025
WEEK = timedelta(days=7)
LEAST = timedelta(days=1)
"""Least time between the first and the last check; a shorter time says nothing about a week."""


class Effect(StrEnum):
    """The effect of an event on a listing's exposure."""

    BEGINS = "begins"
    """Exposure begins, except when a person withdrew the listing: then the source is not gone."""
    ENDS = "ends"
    ENDS_AT_0 = "ends_at_0"
    """Exposure ends if the quantity is 0 after the event."""
    ENDS_ABOVE_0 = "ends_above_0"
    NOTHING = "nothing"


EFFECTS: Mapping[EventKind, Effect] = {
    EventKind.WITHDRAWN: Effect.BEGINS,
    EventKind.SEARCHING: Effect.BEGINS,
    EventKind.HELD: Effect.BEGINS,
    EventKind.READBACK_MISMATCH: Effect.BEGINS,
    EventKind.RESTORED: Effect.ENDS,
    EventKind.SWAPPED: Effect.ENDS,
    EventKind.HOLD_CLEARED: Effect.ENDS,
    EventKind.PUSH_ORPHAN: Effect.ENDS,
    EventKind.LEFT_AMAZON: Effect.ENDS,
    EventKind.DELETED: Effect.ENDS,
    EventKind.PUSH_ACCEPTED: Effect.ENDS_AT_0,
    EventKind.RESUMED: Effect.ENDS_ABOVE_0,
    EventKind.PROPOSED: Effect.NOTHING,
    EventKind.APPROVED: Effect.NOTHING,
    EventKind.LAPSED: Effect.NOTHING,
    EventKind.UNDONE: Effect.NOTHING,
    EventKind.PUSH_REJECTED: Effect.NOTHING,
    EventKind.CHANGED_AT_AMAZON: Effect.NOTHING,
    EventKind.NOT_FOR_SALE: Effect.NOTHING,
    EventKind.PUSH_SUPERSEDED: Effect.NOTHING,
    EventKind.LISTED: Effect.NOTHING,
    EventKind.LOOK_WANTED: Effect.NOTHING,
    EventKind.STOPPED: Effect.NOTHING,
    EventKind.LEAVING: Effect.NOTHING,
}


def kinds(effect: Effect) -> Sequence[EventKind]:
    return [kind for kind, known in EFFECTS.items() if known is effect]


@dataclass(frozen=True, slots=True)
class Span:
    """A period in which one offer was exposed."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """A check run that looked at offers of the seller."""

    marketplace: str
    started_at: datetime
    fallen: int
    """Number of the seller's offers that fell, less those that the brake held and a second look found on sale."""
    whole: bool = True
    """The run looked at everything that was due; only then is the time between checks known."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Exposure of one seller; minutes are summed over offers."""

    by_day: Mapping[datetime, int]
    """By the beginning of each day in Tokyo: minutes, rounded up, of the whole day."""
    seen: float
    """Minutes of the last week."""
    unseen: float | None
    """Minutes before the source was seen to be gone; None when no two checks tell how long that may have been."""
    minutes: float
    """A week in minutes, or the time since the first check when that is shorter."""

    def expected(self, offers: int, ratio: float = 1.0) -> float | None:
        """Return the expected share of cancelled orders, 0 to 1, for a number of offers on sale; None when it is not
        known. `ratio` is that of `Demand`; 1: all offers are ordered alike."""
        if self.unseen is None or not offers or self.minutes < LEAST / timedelta(minutes=1):
            return None
        return min(1.0, ratio * (self.seen + self.unseen) / (offers * self.minutes))


def measure(spans: Sequence[Span], looks: Sequence[Look], midnights: Sequence[datetime], now: datetime) -> Exposure:
    """Measure the exposure. `looks` must include runs from before the week, from which the first ones in it are
    measured."""
    since = max(now - WEEK, min((look.started_at for look in looks), default=now))
    return Exposure(
        by_day=dict(zip(midnights, (ceil(round(minutes, 6)) for minutes in _minutes(spans, midnights)), strict=False)),
        seen=_minutes(spans, [now - WEEK, now])[0],
        unseen=_unseen(looks, now - WEEK),
        minutes=(now - since) / timedelta(minutes=1),
    )


def _minutes(spans: Sequence[Span], edges: Sequence[datetime]) -> list[float]:
    """Return the minutes between each edge and the next. One pass over the spans, because a large seller has tens of
    thousands."""
    at = [edge.timestamp() for edge in edges]
    found = [0.0] * (len(at) - 1)
    for span in spans:
        begin, end = max(span.begins.timestamp(), at[0]), min(span.ends.timestamp(), at[-1])
        place = bisect_right(at, begin) - 1
        while begin < end:
            cut = min(end, at[place + 1])
            found[place] += (cut - begin) / 60
            begin, place = cut, place + 1
    return found


def _unseen(looks: Sequence[Look], since: datetime) -> float | None:
    """Return the unseen minutes. What fell at a marketplace's first check is left out: there is no check before it."""
    gaps: list[float] = []
    for marketplace in {look.marketplace for look in looks}:
        mine = sorted((look for look in looks if look.marketplace == marketplace), key=lambda look: look.started_at)
        before: Look | None = None
        for look in mine:
            if before is not None and look.started_at >= since:
                gaps.append(look.fallen * (look.started_at - before.started_at) / timedelta(minutes=2))
            before = look if look.whole else before
    return sum(gaps) if gaps else None
