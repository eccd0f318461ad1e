"""How long offers were on sale at Amazon after their source was gone, and the share of orders that this may cost.

An offer is exposed from when its source was *seen* to be gone until Amazon accepted its 0, or a replacement took over.
The history records both to the second. The source may have gone at any time since the look before; how long that was
the checker counts with each fall (`run_sellers.unseen_seconds`): since the end of an auction, else half of the time.

The expected share of cancelled orders is exposed time ÷ time on sale, both summed over offers, times a factor: how much
more the offers that fell are ordered than the others (`demand`), and what became of real orders (`calibration`). Orders
are taken to be spread evenly over minutes. The share of orders whose source goes after them is added (`calibration`).
Amazon's own count, and its limit, are in `cancellations.rate`.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace

WEEK = timedelta(days=7)
LEAST = timedelta(days=1)
"""Least time since the first look; a shorter time says nothing about a week."""


class Effect(StrEnum):
    """The effect of an event on a listing's exposure."""

    BEGINS = "begins"
    """Exposure begins, except when a person withdrew the listing, or its price has it held: then the source is not
    gone. Nor does it begin for a listing that is down already."""
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
    EventKind.SOURCE_CHOSEN: Effect.ENDS,  # the new one was seen on sale
    EventKind.PRICE_ASKED: Effect.ENDS,  # its source was seen on sale, and no hold keeps it
    EventKind.HOLD_CLEARED: Effect.ENDS,
    EventKind.PUSH_ORPHAN: Effect.ENDS,
    EventKind.LEFT_AMAZON: Effect.ENDS,
    EventKind.DELETED: Effect.ENDS,
    EventKind.PUSH_ACCEPTED: Effect.ENDS_AT_0,
    EventKind.RESUMED: Effect.ENDS_ABOVE_0,
    EventKind.PRICE_CHANGED: Effect.NOTHING,
    EventKind.PRICE_OVERTAKEN: Effect.NOTHING,
    EventKind.PRICE_TAKEN_BACK: Effect.NOTHING,
    EventKind.FOLLOWING_STOPPED: Effect.NOTHING,
    EventKind.FOLLOWING_RESUMED: Effect.NOTHING,
    EventKind.PAUSED: Effect.NOTHING,
    EventKind.RECOVERED: Effect.NOTHING,
    EventKind.PROPOSED: Effect.NOTHING,
    EventKind.APPROVED: Effect.NOTHING,
    EventKind.LAPSED: Effect.NOTHING,
    EventKind.UNDONE: Effect.NOTHING,
    EventKind.PUSH_REJECTED: Effect.NOTHING,
    EventKind.CHANGED_AT_AMAZON: Effect.NOTHING,
    EventKind.ORDERED: Effect.NOTHING,
    EventKind.NOT_FOR_SALE: Effect.NOTHING,
    EventKind.PUSH_SUPERSEDED: Effect.NOTHING,
    EventKind.REGISTERING: Effect.NOTHING,
    EventKind.TAKING_OVER: Effect.NOTHING,
    EventKind.CREATION_SENT: Effect.NOTHING,
    EventKind.NOT_REGISTERED: Effect.NOTHING,
    EventKind.GIVEN_UP: Effect.NOTHING,
    EventKind.LISTED: Effect.NOTHING,
    EventKind.EDITED: Effect.NOTHING,
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
class Looks:
    """A check run, or a window of the watch, that looked at offers of the seller."""

    started_at: datetime
    marketplace: Marketplace
    fallen: int = 0
    """Number of the seller's offers that fell."""
    cleared: int = 0
    """Those of them that the brake held and a second look found on sale."""
    unseen: timedelta | None = timedelta()
    """How long the fallen ones were gone before; None: it was not counted."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Exposure of one seller; minutes are summed over offers."""

    by_day: Mapping[datetime, int]
    """By the beginning of each day in Tokyo: minutes, rounded up, of the whole day."""
    seen: float
    """Minutes of the last week."""
    unseen: float | None
    """Minutes before the source was seen to be gone; None when it is not known."""
    unseen_at: Sequence[tuple[Marketplace, float]]
    """The same by marketplace, as far as it is known."""
    minutes: float
    """A week in minutes, or the time since the first look when that is shorter."""

    def expected(self, offers: float, factor: float = 1.0, later: float = 0.0) -> float | None:
        """Return the expected share of cancelled orders, 0 to 1; None when it is not known. `offers`: how many were on
        sale, on average over `minutes`. `factor` and `later` are those of `Calibration`; 1 and 0: all offers are
        ordered alike, and nothing is known of orders."""
        if self.unseen is None or not offers or self.minutes < LEAST / timedelta(minutes=1):
            return None
        return min(1.0, later + factor * (self.seen + self.unseen) / (offers * self.minutes))


def measure(spans: Sequence[Span], looks: Sequence[Looks], midnights: Sequence[datetime], now: datetime) -> Exposure:
    since = max(now - WEEK, min((look.started_at for look in looks), default=now))
    return Exposure(
        by_day=dict(zip(midnights, (ceil(round(minutes, 6)) for minutes in _minutes(spans, midnights)), strict=False)),
        seen=_minutes(spans, [now - WEEK, now])[0],
        unseen=_unseen(looks, now - WEEK),
        unseen_at=_unseen_at(looks, now - WEEK),
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


def _unseen(looks: Sequence[Looks], since: datetime) -> float | None:
    """Return the unseen minutes. Of what was a false alarm, nobody knows which part; all are taken to be alike."""
    mine = [look for look in looks if look.started_at >= since]
    total = timedelta()
    for look in mine:
        if look.fallen > look.cleared:
            if look.unseen is None:
                return None
            total += look.unseen * (look.fallen - look.cleared) / look.fallen
    return total / timedelta(minutes=1) if mine else None


def _unseen_at(looks: Sequence[Looks], since: datetime) -> Sequence[tuple[Marketplace, float]]:
    names = sorted({look.marketplace for look in looks})
    of_each = ((name, _unseen([look for look in looks if look.marketplace is name], since)) for name in names)
    return [(name, minutes) for name, minutes in of_each if minutes]
