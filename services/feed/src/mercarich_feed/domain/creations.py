"""What is sent to create an offer on a product of Amazon's catalogue, and what of the catalogue a seller sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mercarich_listings.creation import Terms

PRODUCT_TYPE = "PRODUCT"
"""Of an offer on an existing product: Amazon knows the product's own type (Listings Items API 2021-08-01)."""
OFFER_ONLY = "LISTING_OFFER_ONLY"
"""Sales terms alone: the product page is not touched."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the catalogue, as a seller chooses it."""

    asin: str
    title: str
    brand: str | None
    picture_url: str | None


def put_body(terms: Terms, quantity: int, marketplace_id: str) -> Mapping[str, Any]:
    """Return the body of putListingsItem (Listings Items API 2021-08-01, attributes of the product type definitions).

    The price is in whole yen with tax.
    """
    here = {"marketplace_id": marketplace_id}
    availability: dict[str, Any] = {"fulfillment_channel_code": "DEFAULT", "quantity": quantity}
    if terms.handling_days is not None:
        availability["lead_time_to_ship_max_days"] = terms.handling_days
    price = {"our_price": [{"schedule": [{"value_with_tax": terms.price_jpy}]}], "currency": "JPY"}
    attributes: dict[str, Any] = {
        "merchant_suggested_asin": [{"value": terms.asin} | here],
        "condition_type": [{"value": terms.condition.value} | here],
        "purchasable_offer": [price | here],
        "fulfillment_availability": [availability],
    }
    if terms.note:
        attributes["condition_note"] = [{"value": terms.note, "language_tag": "ja_JP"} | here]
    return {"productType": PRODUCT_TYPE, "requirements": OFFER_ONLY, "attributes": attributes}
