"""The offers that a test works on, and what Amazon shows for them."""

from tests.integration.feed.conftest import Amazon
from tests.integration.feed.shop import Shop


def restores(shop: Shop, user_id: int) -> list[int]:
    return [row.id for row in shop.rows(user_id) if row.push_pending and row.quantity > 0]


def listed(shop: Shop, user_id: int) -> list[int]:
    return [row.id for row in shop.rows(user_id) if row.quantity > 0 and row.revision == 0]


def shown(shop: Shop, amazon: Amazon, listing_id: int) -> int:
    row = shop.row(listing_id)
    return amazon.shown(row.seller_id, row.sku)
