"""A browser that shows notices, or did."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_reasons.reason import Reason
from mercarich_web.notices.notices import Kind

MOST_BROWSERS = 10
"""Of one account."""
KEPT_FOR = timedelta(days=1)
"""How long a push service keeps a notice for a browser that is not reached: the page has all of them."""
TRIAL_KEPT_FOR = timedelta(minutes=10)
URGENT = frozenset({Kind.ORDER_UNSOURCED, Kind.CANCELLATIONS, Kind.LATE_SHIPMENTS, Kind.TOKEN, Kind.STUCK, Kind.OUTAGE})
"""Kinds that reach a phone which saves its battery at once."""


@dataclass(frozen=True, slots=True)
class Browser:
    id: int
    agent: str
    host: str
    """The push service of its vendor."""
    endpoint_hash: str | None
    sealed: str | None
    """Its subscription, encrypted; None: it has ended."""
    kinds: frozenset[Kind]
    created_at: datetime
    sent_at: datetime | None
    """When a notice was last accepted for it."""
    ended_at: datetime | None = None
    end_reason: Reason | None = None
    is_here: bool = False
    """It is the one that asks."""


@dataclass(frozen=True, slots=True)
class Notification:
    """What a browser shows: no more than the subject of a mail would say."""

    title: str
    body: str
    path: str
    """The page of ours that it opens."""
    language: str
