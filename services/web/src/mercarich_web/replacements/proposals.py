"""Replacements that wait for a seller's decision, beside what they replace."""

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
    """Price of the first source."""
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
    """The replacement's seller, when it is known."""
    condition_code: int | None
    """Condition of the item, from 1 (new) to 6 (poor)."""
    at: datetime
    old_condition_code: int | None
    pictured: bool
    """We have saved a picture of the listing."""
    found_pictured: bool
    """The search has kept the picture of the replacement."""
    rating_good: int | None
    rating_bad: int | None
    shipping_payer: str | None
    """Who pays for shipping: seller or buyer."""
    shipping_cost_jpy: int | None
    ships_from: str | None
    ship_days_max: int | None
    share_forth: float | None
    """Share of the features in our picture that match one in theirs, 0 to 1."""
    share_back: float | None
    inliers: int | None
    """Number of matches that agree on one transformation of the object."""

    @property
    def alike(self) -> float | None:
        """Share of matching features, the lower one of both directions: the value that the rule compares."""
        if self.share_forth is None or self.share_back is None:
            return None
        return min(self.share_forth, self.share_back)

    @property
    def ratings(self) -> int | None:
        """Return the number of ratings, None when it is not known."""
        return None if self.rating_good is None or self.rating_bad is None else self.rating_good + self.rating_bad

    @property
    def good_share(self) -> float | None:
        return self.rating_good / self.ratings if self.rating_good is not None and self.ratings else None

    @property
    def address(self) -> str | None:
        """Return the address of the item's page, if it is safe to link to."""
        return self.url if self.url.startswith("https://") else None

    @property
    def cost_jpy(self) -> int | None:
        """Return its price in yen with the postage, as far as that is known."""
        return None if self.price_jpy is None else self.price_jpy + (self.shipping_cost_jpy or 0)

    @property
    def landed_jpy(self) -> int | None:
        """Return its price in yen with the postage, None when either is not known: the value that filters compare."""
        postage = 0 if self.shipping_payer == "seller" else self.shipping_cost_jpy
        return None if self.price_jpy is None or postage is None else self.price_jpy + postage

    @property
    def landed_dearer_jpy(self) -> int | None:
        if self.landed_jpy is None or self.first_price_jpy is None:
            return None
        return self.landed_jpy - self.first_price_jpy

    @property
    def dearer_jpy(self) -> int | None:
        """Return how much dearer it is than the first source, in yen, with the postage as far as it is known."""
        if self.cost_jpy is None or self.first_price_jpy is None:
            return None
        return self.cost_jpy - self.first_price_jpy


@dataclass(frozen=True, slots=True)
class Decided:
    sku: str
    revival_id: int
