"""How far a seller's new offers have come, and what was found for one of them in Amazon's catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_contracts.creations import CreationState
from mercarich_reasons.reason import Reason

SHOWN = 100
"""Rows of a page."""
LATELY = timedelta(hours=24)
"""Those that ended within this time are counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """A listing whose offer is to be created or taken over, or was not."""

    listing_id: int
    sku: str
    title: str | None
    way: str
    state: str
    asin: str | None
    price_jpy: int | None
    attempts: int
    problem: Reason | None
    asked_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts by state; those that ended, of the last 24 hours."""

    counts: Mapping[str, int]
    rows: Sequence[Row]
    """Open ones and those that were refused, the newest first, `SHOWN` at most."""

    def of(self, *states: CreationState) -> int:
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def open(self) -> int:
        return self.of(CreationState.WAITING, CreationState.SENT, CreationState.TAKING_BACK)

    @property
    def all(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.all - self.open


@dataclass(frozen=True, slots=True)
class SellersCreations:
    username: str
    counts: Mapping[str, int]
    """By state; those that ended, of the last 24 hours."""
    creations: Sequence[Row]


@dataclass(frozen=True, slots=True)
class CreationList:
    sellers: Sequence[SellersCreations]


@dataclass(frozen=True, slots=True)
class Product:
    """A product of Amazon's catalogue."""

    asin: str
    title: str
    brand: str | None
    picture_url: str | None


@dataclass(frozen=True, slots=True)
class Search:
    """A search of Amazon's catalogue."""

    id: int
    query: str
    asked_at: datetime
    done_at: datetime | None
    problem: Reason | None
    products: Sequence[Product]
    is_late: bool
    """Nobody searches: no feed worker runs, or the account cannot be used."""
