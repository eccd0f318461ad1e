"""What a LISTING_OFFER_ONLY document sets besides the availability, and Amazon's words for documents that it refuses.

The attributes are those of the product type definitions 2020-09-01 for Japan. An offer is on a product of the
catalogue; a product in which its seller may not deal is refused here, too, not only by the Listings Restrictions API.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mercarich_simulator.amazon.attributes import Invalid
from mercarich_simulator.amazon.products import CONDITIONS, Products

OFFER_ONLY = "LISTING_OFFER_ONLY"
_LONGEST_NOTE = 1_000
_LEAST_PRICE, _MOST_PRICE = 1, 99_999_999


class OfferTerms(NamedTuple):
    """What an offer is sold as."""

    asin: str
    condition: str
    note: str
    price: int
    """Yen with tax."""


def of_document(attributes: Mapping[str, Any], seller_id: str, products: Products) -> OfferTerms:
    """Return the terms of an offer. Raise Invalid."""
    asin = _value(attributes, "merchant_suggested_asin")
    condition = _value(attributes, "condition_type")
    if condition not in CONDITIONS:
        raise Invalid("90244", f"'{condition}' is not a valid value of 'condition_type'.")
    note = str(_value(attributes, "condition_note")) if "condition_note" in attributes else ""
    if len(note) > _LONGEST_NOTE:
        raise Invalid("90225", f"'condition_note' has more than {_LONGEST_NOTE} characters.")
    price = _price(attributes)
    if "fulfillment_availability" not in attributes:
        raise Invalid("90220", "'[fulfillment_availability]' is required but not supplied.")
    restriction = products.restriction(seller_id, str(asin), str(condition))
    if restriction is not None and restriction[0] == "ASIN_NOT_FOUND":
        raise Invalid("8541", f"The ASIN '{asin}' does not match a product of the catalogue.")
    if restriction is not None:
        raise Invalid("18299", restriction[1])
    return OfferTerms(str(asin), str(condition), note, price)


def of_terms(terms: OfferTerms, marketplace_id: str) -> dict[str, Any]:
    """Return the attributes as getListingsItem shows them, but the price."""
    here = {"marketplace_id": marketplace_id}
    return {
        "merchant_suggested_asin": [{"value": terms.asin} | here],
        "condition_type": [{"value": terms.condition} | here],
        "condition_note": [{"value": terms.note, "language_tag": "ja_JP"} | here] if terms.note else [],
    }


def _value(attributes: Mapping[str, Any], name: str) -> Any:
    try:
        return attributes[name][0]["value"]
    except (KeyError, IndexError, TypeError):
        raise Invalid("90220", f"'[{name}]' is required but not supplied.") from None


def _price(attributes: Mapping[str, Any]) -> int:
    try:
        offer = attributes["purchasable_offer"][0]
        price = offer["our_price"][0]["schedule"][0]["value_with_tax"]
    except (KeyError, IndexError, TypeError):
        raise Invalid("90220", "'[purchasable_offer]' is required but not supplied.") from None
    if offer.get("currency") != "JPY" or price != int(price) or not _LEAST_PRICE <= price <= _MOST_PRICE:
        raise Invalid("90117", "'value_with_tax' must be a whole number of yen.")
    return int(price)
