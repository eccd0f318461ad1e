"""The result of `mercarich offers`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class SellersOffers:
    username: str
    state: str | None
    """Of the newest read: `waiting`, `requested`, `searching`, `done` or `failed`; None: none was asked for."""
    read_at: datetime | None
    """When the last whole read ended."""
    problem: Reason | None
    unreadable: int
    watched: int
    matched: int
    shared: int
    unmatched: int
    not_selling: int
    sent_by_amazon: int


@dataclass(frozen=True, slots=True)
class OffersAtAmazon:
    sellers: Sequence[SellersOffers]
