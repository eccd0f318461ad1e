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
    old_condition_code: int | None
    pictured: bool
    """A picture of ours is saved."""
    rating_good: int | None
    rating_bad: int | None
    shipping_payer: str | None
    """seller, buyer"""
    shipping_cost_jpy: int | None
    ships_from: str | None
    ship_days_max: int | None
    share_forth: float | None
    """Part of our picture's features that have a partner in theirs, 0 to 1."""
    share_back: float | None
    inliers: int | None
    """Partners that agree on one movement of the thing."""

    @property
    def alike(self) -> float | None:
        """Share of the pictures' features that match, the lower one of both ways: what the rule looks at."""
        if self.share_forth is None or self.share_back is None:
            return None
        return min(self.share_forth, self.share_back)

    @property
    def ratings(self) -> int | None:
        """How many; None: nobody knows."""
        return None if self.rating_good is None or self.rating_bad is None else self.rating_good + self.rating_bad

    @property
    def good_share(self) -> float | None:
        return self.rating_good / self.ratings if self.rating_good is not None and self.ratings else None

    @property
    def address(self) -> str | None:
        """Of the item's page, where it can be followed without fear."""
        return self.url if self.url.startswith("https://") else None

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
