"""The data that the product's database needs to match this market."""

from collections.abc import Iterator
from typing import Any

from mercarich_simulator.amazon import MARKETPLACE_ID
from mercarich_simulator.catalogue import MARKETPLACES, Catalogue, Item, Listing


def overview(catalogue: Catalogue) -> dict[str, Any]:
    """Return sellers, credentials and canaries; `listing_rows` has the listings."""
    return {
        "seed": catalogue.settings.seed,
        "start_at": catalogue.start_at,
        "marketplace_id": MARKETPLACE_ID,
        "lwa": {"client_id": catalogue.client_id, "client_secret": catalogue.client_secret},
        "sellers": [
            {
                "username": seller.username,
                "seller_id": seller.seller_id,
                "refresh_token": seller.refresh_token,
                "plan": seller.plan,
                "is_staff": False,
                "is_active": True,
            }
            for seller in catalogue.sellers
        ],
        "canaries": {marketplace: catalogue.canaries(marketplace) for marketplace in MARKETPLACES},
        "listings": catalogue.settings.listings,
        "listings_path": "/_sim/seed/listings?offset=0&limit=5000",
    }


def listing_rows(catalogue: Catalogue, offset: int, limit: int) -> Iterator[dict[str, Any]]:
    """Yield at most `limit` rows from `offset` on of all listings, with the two marketplaces alternating."""
    for number in range(offset, min(offset + limit, catalogue.settings.listings)):
        yield _row(catalogue, catalogue.listing(MARKETPLACES[number % 2], number // 2))


def offered_at(source: Item) -> int:
    """Return the price of the offer with this source at the start, in yen."""
    return source.payable * 3 // 2


def _row(catalogue: Catalogue, listing: Listing) -> dict[str, Any]:
    source = catalogue.item(listing.marketplace, listing.source_number)
    return {
        "username": listing.seller.username,
        "seller_id": listing.seller.seller_id,
        "sku": listing.sku,
        "marketplace": listing.marketplace,
        "source_id": source.item_id,
        "source_kind": source.kind,
        "source_seller_id": source.seller_id,
        "source_price": source.payable,
        "title": source.title,
        "price": offered_at(source),
        "quantity": listing.quantity,
        "quantity_at_listing": max(1, listing.quantity),
        "restore": listing.restore,
    }
