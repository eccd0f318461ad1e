"""What getListingsItem and searchListingsItems tell of an offer: the data sets that a request includes."""

from collections.abc import Callable
from typing import Any

from mercarich_simulator.amazon import MARKETPLACE_ID
from mercarich_simulator.amazon.offer_terms import of_terms
from mercarich_simulator.amazon.offers import Offer
from mercarich_simulator.amazon.prices import described
from mercarich_simulator.identity import entropy
from mercarich_simulator.offer_prices import price_at, told_at
from mercarich_simulator.sites.look import utc_text
from mercarich_simulator.web import Request
from mercarich_simulator.world import World

BUYABLE, DISCOVERABLE = "BUYABLE", "DISCOVERABLE"


class Items:
    """Describes offers in the shape of `Item` of the Listings Items API 2021-08-01."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._parts: dict[str, Callable[[Offer], Any]] = {
            "summaries": lambda offer: [self._summary(offer)],
            "attributes": self._attributes,
            "issues": _issues,
            "offers": self._offers,
            "fulfillmentAvailability": _availability,
        }

    def described(self, offer: Offer, request: Request) -> dict[str, Any]:
        included = request.query.get("includedData", "summaries").split(",")
        return {"sku": offer.sku} | {name: self._parts[name](offer) for name in included if name in self._parts}

    def asin(self, offer: Offer) -> str:
        if offer.terms is not None:
            return offer.terms.asin
        noise = entropy(self._world.settings.seed, "asin", offer.seller_id, offer.sku)
        return "B0" + noise.hex().upper()[:8]

    def created_at(self, offer: Offer) -> float:
        noise = entropy(self._world.settings.seed, "created", offer.seller_id, offer.sku)
        return self._world.catalogue.start_at - 86_400 - int.from_bytes(noise[:3]) // 2

    def updated_at(self, offer: Offer) -> float:
        return offer.changes[-1].at if offer.changes else self._world.catalogue.start_at

    def _summary(self, offer: Offer) -> dict[str, Any]:
        title = offer.sku
        if offer.listing:
            title = self._world.catalogue.item(offer.listing.marketplace, offer.listing.source_number).title
        return {
            "marketplaceId": MARKETPLACE_ID,
            "asin": self.asin(offer),
            "productType": "PRODUCT",
            "conditionType": offer.terms.condition if offer.terms is not None else "used_very_good",
            "status": statuses(offer),
            "itemName": title,
            "createdDate": utc_text(self.created_at(offer)),
            "lastUpdatedDate": utc_text(self.updated_at(offer)),
        }

    def _offers(self, offer: Offer) -> list[dict[str, Any]]:
        amount = price_at(self._world.catalogue, offer, self._world.clock.now())
        if amount is None or not offer.buyable:
            return []  # an offer that nobody can buy is told by its attributes alone
        price = {"currencyCode": "JPY", "amount": f"{amount}.00"}
        return [{"marketplaceId": MARKETPLACE_ID, "offerType": "B2C", "price": price}]

    def _attributes(self, offer: Offer) -> dict[str, Any]:
        entry = [{"fulfillment_channel_code": "DEFAULT", **offer.entry}] if offer.entry else []
        terms = of_terms(offer.terms, MARKETPLACE_ID) if offer.terms is not None else {}
        price = {"purchasable_offer": described(told_at(self._world.catalogue, offer, self._world.clock.now()))}
        return {"fulfillment_availability": entry} | terms | price


def statuses(offer: Offer) -> list[str]:
    return [BUYABLE, DISCOVERABLE] if offer.buyable else [DISCOVERABLE]


def _availability(offer: Offer) -> list[dict[str, Any]]:
    return [{"fulfillmentChannelCode": "DEFAULT", "quantity": offer.quantity}]


def _issues(offer: Offer) -> list[dict[str, Any]]:
    if offer.issue is None:
        return []
    code, message = offer.issue
    return [
        {
            "code": code,
            "message": message,
            "severity": "ERROR",
            "categories": ["QUALIFICATION_REQUIRED"],
            "marketplaceIds": [MARKETPLACE_ID],
            "enforcements": {"actions": [{"action": "LISTING_SUPPRESSED"}], "exemption": {"status": "NOT_EXEMPT"}},
        }
    ]
