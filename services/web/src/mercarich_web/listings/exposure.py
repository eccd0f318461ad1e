"""How long offers stood at Amazon after their source was gone, and what share of orders that may cost.

An offer is exposed from when it was *seen* that its source is gone until Amazon took its 0, or another source took
over: that is in the history, to the second. The source may have gone any time since the check before, which nobody
saw; there half the time between the two checks is taken, as if sources went at any moment alike.

The expected share of cancelled orders is exposed time ÷ time on sale, both summed over offers: orders are taken to
hit each minute of each offer alike. Amazon counts cancellations before shipping over seven days and wants less than
2.5 % (Seller Central, "Order Performance").
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
"""Of checks; what is shorter tells nothing of a week."""


class Effect(StrEnum):
    """What an event means for a listing's exposure."""

    BEGINS = "begins"
    """Unless a person did it by hand: then the source is not gone."""
    ENDS = "ends"
    ENDS_AT_0 = "ends_at_0"
    """With the quantity 0 after it."""
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
    """One offer, exposed."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """A check run that looked at offers of the seller."""

    marketplace: str
    started_at: datetime
    fallen: int
    """Of his offers, less those that the brake held and a second look found on sale."""
    whole: bool = True
    """It looked at all that was due: only then is the time since it known."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Of one seller; minutes are summed over offers."""

    by_day: Mapping[datetime, int]
    """By where the day begins in Tokyo. Begun minutes count, of the whole day."""
    seen: float
    """Minutes of the last week."""
    unseen: float | None
    """Minutes before it was seen; None: no two checks tell how long that may have been."""
    minutes: float
    """A week, or as long as it is since the first check."""

    def expected(self, offers: int) -> float | None:
        """Share of the orders, 0 to 1, with so many offers on sale; None: it is not known."""
        if self.unseen is None or not offers or self.minutes < LEAST / timedelta(minutes=1):
            return None
        return min(1.0, (self.seen + self.unseen) / (offers * self.minutes))


def measure(spans: Sequence[Span], looks: Sequence[Look], midnights: Sequence[datetime], now: datetime) -> Exposure:
    """`looks` from before the week, too: the first ones in it are measured from them."""
    since = max(now - WEEK, min((look.started_at for look in looks), default=now))
    return Exposure(
        by_day=dict(zip(midnights, (ceil(round(minutes, 6)) for minutes in _minutes(spans, midnights)), strict=False)),
        seen=_minutes(spans, [now - WEEK, now])[0],
        unseen=_unseen(looks, now - WEEK),
        minutes=(now - since) / timedelta(minutes=1),
    )


def _minutes(spans: Sequence[Span], edges: Sequence[datetime]) -> list[float]:
    """Between each edge and the next, in one walk over the spans: a large seller has ten thousands of them."""
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
    """What fell at a marketplace's first check has no check before it, and is left out."""
    gaps: list[float] = []
    for marketplace in {look.marketplace for look in looks}:
        mine = sorted((look for look in looks if look.marketplace == marketplace), key=lambda look: look.started_at)
        before: Look | None = None
        for look in mine:
            if before is not None and look.started_at >= since:
                gaps.append(look.fallen * (look.started_at - before.started_at) / timedelta(minutes=2))
            before = look if look.whole else before
    return sum(gaps) if gaps else None
