"""Selections of listings for an action, and its preview and result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from mercarich_reasons.earnings import EarnsTooLittle
from mercarich_reasons.sources import LookWaitsForRoute
from mercarich_web.listings.views import Wish

MOST = 50_000
"""Most listings that one action changes, all in one transaction."""
LOOKS_A_DAY = 1_000
"""Most looks by hand at a seller's listings in 24 hours, besides the plan's checks. All sellers together share the
calls per second that a marketplace allows."""
LOOK_REST = timedelta(minutes=15)
"""A source that was looked at within this time is not looked at again by hand."""


ActionTime = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))]
"""The time of an action, as a person may type it into an address."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Listings by their ids, or all that match a query."""

    ids: Sequence[int] = ()
    wish: Wish | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    chosen: int
    """Number of selected listings, counted up to `MOST` + 1."""
    fitting: int
    """Number of these that the action fits, counted up to the same bound."""
    now: int
    """Number that applying the action once changes; the rest needs another call, or waits for tomorrow."""
    taken_down: int = 0
    """Number of these offers that are up and that the action withdraws."""
    too_little: EarnsTooLittle | None = None
    """Why the only chosen listing stays down, if the loss rule or its own limit keeps it there."""
    waiting: Sequence[LookWaitsForRoute] = ()
    """Why some of the chosen listings are not looked at now."""


@dataclass(frozen=True, slots=True)
class WantedItem:
    """A source that is to be looked at."""

    id: int
    item_id: str
    seller_id: str | None


@dataclass(frozen=True, slots=True)
class WantedLooks:
    """Sources that were added to the newest run of their marketplace."""

    marketplace: str
    run_id: int
    generation: int
    items: Sequence[WantedItem]


@dataclass(frozen=True, slots=True)
class Applied:
    changed: int
    at: datetime
    """The time of the action, which identifies it for an undo."""
    looks: Sequence[WantedLooks] = ()
    refused: int = 0
    """Number of drafts that cannot be created; each is told why."""
