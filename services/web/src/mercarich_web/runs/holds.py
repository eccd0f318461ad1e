"""A hold of the brake, as people see it; `--json` prints these shapes unchanged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason
from mercarich_reasons.runs import SecondLookGoesOn, SecondLookWaits

OF_PRICES = "prices"
"""The kind of holds that keep prices which follow their source."""
KINDS_BY_PRICE = ("losses", "recoveries", OF_PRICES)
"""Kinds of holds whose listings have a source that is on sale."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Withdrawals, or changes by price, that wait for a second look or a person; `username` is None for a whole
    marketplace."""

    id: int
    run_id: int
    marketplace: str
    username: str | None
    kind: str | None
    """falls (also null), absences, canaries, unvouched, unreadable, losses, recoveries or prices. No second look
    confirms absences, prices or an unreadable hold."""
    reason: Reason
    opened_at: datetime
    released_at: datetime | None
    released_by: str | None
    """Null although `released_at` is set: it keeps nothing any more, mostly since a second look settled it, and no
    person released the whole of it."""
    applied_at: datetime | None
    listings: int
    """Listings that wait for the hold now."""
    route: str | None = None
    """The request whose responses are not believed: yahoo-item, mercari-item, mercari-shops or mercari-seller; null: it
    is of no single one."""

    @property
    def is_by_price(self) -> bool:
        return self.kind in KINDS_BY_PRICE


@dataclass(frozen=True, slots=True)
class HeldListing:
    """A listing that waits for a hold, and what was seen of its source."""

    id: int
    sku: str
    title: str | None
    user_id: int
    username: str
    source_id: str
    source_state: str
    source_reason: str | None
    observed_at: datetime | None
    source_url: str
    """Where a person looks at the item."""
    price_jpy: int | None
    """The offer's price."""
    released: bool
    """A person released it alone; a checker applies that within seconds."""
    shown_jpy: int | None = None
    """The price that was released, of a hold of prices."""
    differs_at: datetime | None = None
    """When another price than that was asked for: nothing was done, and it waits for another release."""


@dataclass(frozen=True, slots=True)
class HoldNow:
    """How its run stands now; a hold's reason tells how it stood when the hold was opened."""

    phase: str
    """ended: the run is over."""
    note: Reason | None
    """When the second look comes, while the run waits for it."""
    checked: int
    """Looks at listings of those whom the hold concerns."""
    fallen: int
    """Listings of these, including the held ones."""

    @property
    def second_look(self) -> Reason | None:
        return self.note if isinstance(self.note, SecondLookWaits | SecondLookGoesOn) else None


@dataclass(frozen=True, slots=True)
class HeldEvidence:
    """Why a source of a hold is taken to be gone: what a person looks at before deciding."""

    listing_id: int
    user_id: int
    sku: str
    source_url: str
    """Where a person looks at the item."""
    url: str
    http_status: int | None
    extract: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class HoldList:
    holds: Sequence[Hold]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class ReleasedRow:
    id: int
    sku: str
    username: str
    price_jpy: int | None
    """The offer's price."""
    to_jpy: int | None
    """The price that is released, of a hold of prices; null: by what its source costs now, it asks for none."""


@dataclass(frozen=True, slots=True)
class ReleasedAlone:
    """What a release of single listings wrote: SKUs by the listing's id."""

    released: Mapping[int, str]
    left: Mapping[int, str]
    """Those that did not wait for the hold any more, or that somebody had released before: nothing was written."""


@dataclass(frozen=True, slots=True)
class RowsReleased:
    """The result of a release of some rows, or what it would be."""

    hold: Hold
    released: int
    before: int
    """Released before, and not applied yet."""
    listings: Sequence[ReleasedRow]
    previewed: bool
    """Nothing was written."""
    left: Sequence[str] = ()
    """SKUs of those that waited a moment before, but were not released: they did not wait for the hold any more, or
    somebody else had released them by then."""


@dataclass(frozen=True, slots=True)
class Released:
    """The result of a release; `changed` is False when a person, or the second look, had released it before."""

    hold: Hold
    changed: bool
    joined: int = 0
    """Listings that the person cannot have seen, since the hold keeps them only since then: they wait on, and the hold
    with them. The others were released."""
