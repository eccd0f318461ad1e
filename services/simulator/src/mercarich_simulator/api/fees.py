"""getMyFeesEstimates of the Product Fees API v0: what Amazon would keep of a sale, for up to 20 offers in a call.

The response is a list in an order of its own (amzn/selling-partner-api-models#272). Each entry succeeds or fails by
itself, with words that say little (#2545); the status of Amazon's own failures is ServerError, not the documented
ServiceError (#4757). A single entry without its required fields spoils the whole request.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from mercarich_simulator.amazon import MARKETPLACE_ID
from mercarich_simulator.amazon.fees import Fees, fees
from mercarich_simulator.amazon.offers import Offer
from mercarich_simulator.api.items import Items
from mercarich_simulator.api.listings import bad_input
from mercarich_simulator.api.search import Wrong
from mercarich_simulator.catalogue import AmazonSeller
from mercarich_simulator.identity import entropy
from mercarich_simulator.web import Reply, Request, json_reply
from mercarich_simulator.world import World

MOST = 20
OPERATION = "getMyFeesEstimates"
_TYPES = frozenset({"ASIN", "SellerSKU"})
_CLIENT = ("Sender", "InvalidParameterValue", "There is an client-side error. Please verify your inputs.")
_SERVER = ("Receiver", "InternalError", "There is an internal service failure.")
_FAULTS = ("invalid_in_200", "failed_in_200", "ignored_200")
"""A faulty entry: refused, failed at Amazon, left out of the response."""


class FeesEstimates:
    """Handle POST /products/fees/v0/feesEstimate."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._items = Items(world)

    def estimate(self, seller: AmazonSeller, request: Request) -> Reply:
        try:
            entries = [_checked(entry) for entry in _entries(request)]
        except Wrong as error:
            return bad_input(str(error))
        found = [result for entry in entries if (result := self._result(seller, entry)) is not None]
        found.sort(key=lambda result: entropy(self._world.settings.seed, "fees", repr(result)))
        return json_reply(found)

    def _result(self, seller: AmazonSeller, entry: Mapping[str, Any]) -> dict[str, Any] | None:
        asked = entry["FeesEstimateRequest"]
        identifier = {
            "MarketplaceId": asked["MarketplaceId"],
            "SellerId": seller.seller_id,
            "IdType": entry["IdType"],
            "IdValue": entry["IdValue"],
            "IsAmazonFulfilled": bool(asked.get("IsAmazonFulfilled", False)),
            "PriceToEstimateFees": asked["PriceToEstimateFees"],
            "SellerInputIdentifier": asked["Identifier"],
        }
        names = (seller.seller_id, seller.username, entry["IdValue"], OPERATION)
        fault = self._world.faults.pick("spapi", names, self._world.clock.wall(), inner=_FAULTS)
        if fault is not None and fault.kind == "ignored_200":
            return None
        if fault is not None and fault.kind == "failed_in_200":
            return _failed("ServerError", identifier, _SERVER)
        offer = self._offer(seller, entry["IdType"], entry["IdValue"])
        price = _price(asked["PriceToEstimateFees"])
        if fault is not None or offer is None or price is None or asked["MarketplaceId"] != MARKETPLACE_ID:
            return _failed("ClientError", identifier, _CLIENT)
        estimate = fees(self._world.catalogue, offer.listing, price)
        now = self._world.clock.now()
        self._world.estimated_at.setdefault((offer.seller_id, offer.sku), now)
        told = _told(estimate, now)
        return {"Status": "Success", "FeesEstimateIdentifier": identifier, "FeesEstimate": told}

    def _offer(self, seller: AmazonSeller, kind: str, value: str) -> Offer | None:
        if kind == "SellerSKU":
            return self._world.offers.get(seller.seller_id, value)
        offers = self._world.offers.of_seller(seller)
        return next((offer for offer in offers if self._items.asin(offer) == value), None)


def _entries(request: Request) -> list[Any]:
    try:
        entries = orjson.loads(request.body)
    except ValueError as error:
        raise Wrong("The body is no JSON.") from error
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST:
        raise Wrong(f"The body must be a list of 1 to {MOST} requests.")
    return entries


def _checked(entry: Any) -> Mapping[str, Any]:
    asked = entry.get("FeesEstimateRequest") if isinstance(entry, dict) else None
    if not isinstance(asked, dict) or entry.get("IdType") not in _TYPES or not isinstance(entry.get("IdValue"), str):
        raise Wrong("IdType, IdValue and FeesEstimateRequest are required.")
    price = asked.get("PriceToEstimateFees")
    required = (asked.get("MarketplaceId"), asked.get("Identifier"))
    if not all(isinstance(value, str) for value in required) or not isinstance(price, dict):
        raise Wrong("MarketplaceId, PriceToEstimateFees and Identifier are required.")
    if not isinstance(price.get("ListingPrice"), dict):
        raise Wrong("ListingPrice is required.")
    return {**entry}


def _price(asked: Mapping[str, Any]) -> int | None:
    """Return the whole yen that a buyer pays; None for what is no price in yen."""
    total = 0.0
    for name in ("ListingPrice", "Shipping"):
        money = asked.get(name) or {"Amount": 0, "CurrencyCode": "JPY"}
        amount = money.get("Amount")
        if money.get("CurrencyCode") != "JPY" or not isinstance(amount, int | float) or amount < 0:
            return None
        total += amount
    return round(total) or None


def _told(estimate: Fees, now: float) -> dict[str, Any]:
    parts = {"ReferralFee": estimate.referral_jpy, "VariableClosingFee": estimate.closing_jpy, "PerItemFee": 0}
    return {
        "TimeOfFeesEstimation": f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%S.000Z}",
        "TotalFeesEstimate": _yen(estimate.total_jpy),
        "FeeDetailList": [
            {"FeeType": name, "FeeAmount": _yen(amount), "FeePromotion": _yen(0), "FinalFee": _yen(amount)}
            for name, amount in parts.items()
        ],
    }


def _failed(status: str, identifier: Mapping[str, Any], error: tuple[str, str, str]) -> dict[str, Any]:
    kind, code, message = error
    told = {"Type": kind, "Code": code, "Message": message, "Detail": []}
    return {"Status": status, "FeesEstimateIdentifier": dict(identifier), "Error": told}


def _yen(amount: int) -> dict[str, Any]:
    return {"CurrencyCode": "JPY", "Amount": float(amount)}
