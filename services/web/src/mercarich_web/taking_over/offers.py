"""Offers that a seller has at Amazon, and what becomes of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES
from mercarich_reasons.reason import Reason

SHOWN = 50
LONGEST_SEARCH = 100


class Standing(StrEnum):
    """What becomes of an offer at Amazon when its seller takes over all that can be."""

    WATCHED = "watched"
    """It is a listing already."""
    MATCHED = "matched"
    """It can be taken over."""
    SHARED = "shared"
    """Another offer or listing of the seller has the same source, which serves one of them only."""
    UNMATCHED = "unmatched"
    """No source of it is known."""
    NOT_SELLING = "not_selling"
    """Amazon does not show a quantity that a listing may have."""
    SENT_BY_AMAZON = "sent_by_amazon"


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as Amazon's last report tells it."""

    sku: str
    asin: str | None
    title: str | None
    price_jpy: int | None
    quantity: int | None
    condition: str | None
    status: str | None
    seen_at: datetime
    marketplace: str | None
    item_id: str | None
    matched_by: str | None
    """`note`, `sku`, `csv` or `hand`: how its source is known."""
    standing: Standing
    listing_id: int | None
    """The listing with this SKU, which may be a draft."""

    @property
    def url(self) -> str | None:
        """The page of its source."""
        if self.marketplace is None or self.item_id is None:
            return None
        return SITES[Marketplace(self.marketplace)].page_url(self.item_id)


@dataclass(frozen=True, slots=True)
class OfferPage:
    offers: Sequence[Offer]
    next: str | None
    """The SKU after which the next page begins."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest read of a seller's offers."""

    asked_at: datetime
    is_open: bool
    state: str
    found: int
    """Offers that it has stored so far."""
    unreadable: int
    """Lines of the report that tell no offer."""
    read_at: datetime | None
    """When the last whole read ended; None: there was none."""
    problem: Reason | None


Counts = Mapping[Standing, int]
"""Every standing has a number."""
