"""Replacements that wait for a seller's word, beside what they replace."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    id: int
    listing_id: int
    sku: str
    listing_title: str | None
    withdrawn_at: datetime | None
    first_price_jpy: int | None
    """What the first source cost."""
    old_marketplace: str
    old_item_id: str
    old_price_jpy: int | None
    old_seller_id: str | None
    marketplace: str
    item_id: str
    url: str
    title: str | None
    price_jpy: int | None
    seller_id: str | None
    """Of the replacement, where it is known."""
    condition_code: int | None
    """1 new … 6 poor."""
    at: datetime

    @property
    def dearer_jpy(self) -> int | None:
        """Than the first source."""
        if self.price_jpy is None or self.first_price_jpy is None:
            return None
        return self.price_jpy - self.first_price_jpy


@dataclass(frozen=True, slots=True)
class Decided:
    sku: str
    revival_id: int
