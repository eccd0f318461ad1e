"""What a seller does to many listings at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_web.domain.listings import View, Wish

MOST = 50_000
"""Listings that one action changes, in one transaction: all of them, or none."""
LOOKS_A_DAY = 1_000
"""Listings of a seller that are looked at by hand in 24 hours, besides the plan's checks: a marketplace answers so
many calls a second to all sellers together."""
LOOK_REST = timedelta(minutes=15)
"""A source that was looked at since then is not looked at again by hand."""


class BulkAction(StrEnum):
    CHECK = "check"
    """A look at its source as soon as a checker is free, in the newest run of its marketplace."""
    WITHDRAW = "withdraw"
    """Quantity 0 at Amazon, until the seller puts it up again; no replacement is searched for."""
    PUT_UP = "put_up"
    """What is withdrawn and has a source on sale; it goes to Amazon while its source was just seen."""
    STOP = "stop_watching"
    """What is up is withdrawn, what is searched for no longer is; nothing happens to it by itself any more."""
    RESUME = "resume_watching"
    """It goes up after a look at its source; where that was last seen gone, a replacement is searched for."""
    LIST = "list"
    """A draft becomes an offer that is checked: it stands at Amazon as the seller put it there."""
    DELETE = "delete"
    """A draft goes at once, an offer that is down once Amazon has deleted it."""


UNDOABLE = frozenset({BulkAction.WITHDRAW, BulkAction.STOP})

_OF_OFFERS = (BulkAction.CHECK, BulkAction.WITHDRAW, BulkAction.STOP)
_OF_VIEW = {
    View.ON_SALE: _OF_OFFERS,
    View.EXPOSED: (*_OF_OFFERS, BulkAction.PUT_UP),
    View.HELD: _OF_OFFERS,
    View.SEARCHING: (BulkAction.PUT_UP, BulkAction.STOP, BulkAction.DELETE),
    View.WITHDRAWN: (BulkAction.PUT_UP, BulkAction.DELETE),
    View.STOPPED: (BulkAction.RESUME, BulkAction.DELETE),
    View.DRAFT: (BulkAction.LIST, BulkAction.DELETE),
}


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


def actions_in(view: View) -> Sequence[BulkAction]:
    """Those that can fit a listing of this view, in the order of their buttons."""
    return _OF_VIEW.get(view, tuple(BulkAction))
