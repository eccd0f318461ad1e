"""A request of getMyFeesEstimates (Product Fees API v0), and what its response says of each offer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from mercarich_feed.domain.answers import Said
from mercarich_feed.domain.fees import FeeResult, Priced
from mercarich_reasons.earnings import FeeNotTold, FeeRefused
from mercarich_reasons.reason import Reason
from mercarich_replacements.fees import Estimate

PATH = "/products/fees/v0/feesEstimate"
_BY_PRICE = "ReferralFee"
"""The fee that depends on the price. All others, such as VariableClosingFee and PerItemFee, are taken as they are."""
_DEAREST_JPY = 10**9


def body(offers: Sequence[Priced], marketplace_id: str) -> list[dict[str, Any]]:
    """Return the request's body. Listings here are fulfilled by their sellers."""
    return [
        {
            "IdType": "SellerSKU",
            "IdValue": offer.sku,
            "FeesEstimateRequest": {
                "MarketplaceId": marketplace_id,
                "IsAmazonFulfilled": False,
                "PriceToEstimateFees": {"ListingPrice": {"CurrencyCode": "JPY", "Amount": offer.price_jpy}},
                "Identifier": str(offer.listing_id),
            },
        }
        for offer in offers
    ]


def read(response: Sequence[Any], offers: Sequence[Priced], asked_at: datetime) -> Sequence[FeeResult]:
    """Return what the response says of each offer that was asked for, in whatever order it says it.

    An entry that is not as documented, or of another price, tells nothing of its offer.
    """
    told: dict[str, Mapping[str, Any]] = {}
    for entry in response:
        identifier = entry.get("FeesEstimateIdentifier") if isinstance(entry, dict) else None
        if isinstance(identifier, dict):
            told[str(identifier.get("SellerInputIdentifier"))] = entry
    return [FeeResult(offer.listing_id, _found(told.get(str(offer.listing_id)), offer, asked_at)) for offer in offers]


def _found(entry: Mapping[str, Any] | None, offer: Priced, at: datetime) -> Estimate | Reason:
    if entry is None:
        return FeeNotTold("the response leaves it out")
    if entry.get("Status") != "Success":
        said = _said(entry)
        # Amazon's own failures have the status ServerError (amzn/selling-partner-api-models#4757), by the model
        # ServiceError; an entry that it does not like has ClientError.
        return (FeeRefused if entry.get("Status") == "ClientError" else FeeNotTold)(said.text, said.issue)
    try:
        estimate = entry["FeesEstimate"]
        total = _yen(estimate["TotalFeesEstimate"])
        parts = {str(part["FeeType"]): _yen(part["FinalFee"]) for part in estimate.get("FeeDetailList") or ()}
        price = _yen(entry["FeesEstimateIdentifier"]["PriceToEstimateFees"]["ListingPrice"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return FeeNotTold("the entry is not as documented")
    if price != offer.price_jpy:
        return FeeNotTold(f"the entry is of another price: {price}")
    by_price = min(parts.get(_BY_PRICE, total), total)  # without details, all of it is taken to depend on the price
    return Estimate(total, total - by_price, offer.price_jpy, at)


def _said(entry: Mapping[str, Any]) -> Said:
    error = entry.get("Error")
    if not isinstance(error, dict):
        return Said(str(entry.get("Status") or "") or None)
    return Said(str(error.get("Message") or "") or None, str(error.get("Code") or "") or None)


def _yen(money: Mapping[str, Any]) -> int:
    """Return whole yen, rounded up. Raises `ValueError` for another currency, and for what is no amount of a fee."""
    amount = float(money["Amount"])
    if money["CurrencyCode"] != "JPY" or not 0 <= amount <= _DEAREST_JPY:
        raise ValueError(money)
    return ceil(amount)
