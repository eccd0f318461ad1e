"""What a seller does to many listings at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_web.listings.views import Wish

MOST = 50_000
"""Listings that one action changes, in one transaction: all of them, or none."""
LOOKS_A_DAY = 1_000
"""Listings of a seller that are looked at by hand in 24 hours, besides the plan's checks: a marketplace answers so
many calls a second to all sellers together."""
LOOK_REST = timedelta(minutes=15)
"""A source that was looked at since then is not looked at again by hand."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Listings by their ids, or everything that a wish matches."""

    ids: Sequence[int] = ()
    wish: Wish | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    chosen: int
    """Counted up to `MOST` + 1."""
    fitting: int
    """Of these, the action changes so many; the same bound."""
    now: int
    """What one application changes: the rest waits for another, or for tomorrow."""
    taken_down: int = 0
    """Of these, offers that are up until then and come down by it."""


@dataclass(frozen=True, slots=True)
class WantedItem:
    """A source that is to be looked at."""

    id: int
    item_id: str
    seller_id: str | None


@dataclass(frozen=True, slots=True)
class WantedLooks:
    """Sources that the newest run of their marketplace has taken in."""

    marketplace: str
    run_id: int
    generation: int
    items: Sequence[WantedItem]


@dataclass(frozen=True, slots=True)
class Applied:
    changed: int
    at: datetime
    """Names the action, where it can be undone."""
    looks: Sequence[WantedLooks] = ()
