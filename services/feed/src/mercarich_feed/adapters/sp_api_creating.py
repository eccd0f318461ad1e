"""`NewOffers` and `Catalogue` of the ports: Listings Items and Restrictions 2021-08-01, Catalog Items 2022-04-01."""

from collections.abc import Mapping, Sequence
from typing import Any

from mercarich_feed.adapters.amazon_errors import invalid
from mercarich_feed.adapters.sp_api import Operation, SpApi, item_path, market
from mercarich_feed.domain.answers import NOTHING, Missing, Said, Transient, said
from mercarich_feed.domain.creations import Product, put_body
from mercarich_feed.domain.pushes import Account
from mercarich_listings.creation import Creation, Shown, Terms
from mercarich_reasons.creations import AsinRestricted
from mercarich_reasons.push import NotForSale

FOUND = 20
"""Products of one search, the most that a page of it has."""
_RESTRICTIONS = "/listings/2021-08-01/restrictions"
_CATALOGUE = "/catalog/2022-04-01/items"
_PREVIEW = {"mode": "VALIDATION_PREVIEW"}
_SHOWN = "summaries,attributes,issues,fulfillmentAvailability"


class SpApiCreating:
    def __init__(self, api: SpApi) -> None:
        self._api = api

    def restriction(self, account: Account, terms: Terms) -> AsinRestricted | None:
        query = {
            "asin": terms.asin,
            "conditionType": terms.condition.value,
            "sellerId": account.seller_id,
            "marketplaceIds": account.marketplace_id,
            "reasonLocale": "ja_JP",
        }
        operation = Operation("getListingsRestrictions", "GET", _RESTRICTIONS, query)
        for restriction in self._api.call(account, operation).get("restrictions") or ():
            if restriction.get("conditionType") not in (None, terms.condition.value):
                continue
            told = _told(restriction.get("reasons") or ())
            return AsinRestricted(terms.asin, terms.condition, told.text, told.issue)
        return None

    def preview(self, account: Account, creation: Creation, terms: Terms) -> None:
        self._put(account, creation, terms, _PREVIEW, "VALID")

    def create(self, account: Account, creation: Creation, terms: Terms) -> None:
        self._put(account, creation, terms, {}, "ACCEPTED")

    def look(self, account: Account, sku: str) -> Shown | None:
        query = {**market(account), "includedData": _SHOWN}
        try:
            return shown_of(
                self._api.call(account, Operation("getListingsItem", "GET", item_path(account, sku), query))
            )
        except Missing:
            return None

    def works_for(self, account: Account) -> bool:
        return self._api.works_for(account)

    def delete(self, account: Account, sku: str) -> None:
        self._api.delete_listing(account, sku, paced=False)

    def by_code(self, account: Account, jan: str) -> Sequence[Product]:
        return self._searched(account, {"identifiers": jan, "identifiersType": "JAN"})

    def by_words(self, account: Account, words: str) -> Sequence[Product]:
        # Keywords are separated by commas; all of a seller's words are one of them.
        return self._searched(account, {"keywords": words.replace(",", " ")})

    def product(self, account: Account, asin: str) -> Product | None:
        query = {"marketplaceIds": account.marketplace_id, "includedData": "summaries,images"}
        try:
            return _product(self._api.call(account, Operation("getCatalogItem", "GET", f"{_CATALOGUE}/{asin}", query)))
        except Missing:
            return None

    def _searched(self, account: Account, by: Mapping[str, str]) -> Sequence[Product]:
        query = {"marketplaceIds": account.marketplace_id, "includedData": "summaries,images", "pageSize": str(FOUND)}
        found = self._api.call(account, Operation("searchCatalogItems", "GET", _CATALOGUE, {**query, **by}))
        return [_product(item) for item in found.get("items") or ()]

    def _put(self, account: Account, creation: Creation, terms: Terms, mode: Mapping[str, str], expected: str) -> None:
        body = put_body(terms, creation.quantity, account.marketplace_id)
        path, query = item_path(account, creation.sku), {**market(account), **mode}
        operation = Operation("putListingsItem", "PUT", path, query, body, repeatable=bool(mode))
        response = self._api.call(account, operation)
        status = response.get("status")
        if status == "INVALID":
            raise invalid(response)
        if status != expected:
            raise Transient(f"unknown answer status {status!r}", Said(f"status {status}"))


def shown_of(item: Mapping[str, Any]) -> Shown:
    """Return what an item of the Listings API shows. What it does not say is not there: an item may have no summary
    yet."""
    errors = said(issue for issue in item.get("issues") or () if issue.get("severity") == "ERROR")
    statuses = {status for summary in item.get("summaries") or () for status in summary.get("status") or ()}
    problem = None if errors == NOTHING else NotForSale(errors.text, errors.issue)
    availability = item.get("fulfillmentAvailability") or ()
    given = (item.get("attributes") or {}).get("fulfillment_availability") or ()
    return Shown(
        buyable="BUYABLE" in statuses and problem is None,
        quantity=_quantity(availability, "fulfillmentChannelCode"),
        given=_quantity(given, "fulfillment_channel_code"),
        problem=problem,
    )


def _quantity(entries: Sequence[Mapping[str, Any]], channel: str) -> int | None:
    for entry in entries:
        if entry.get(channel) == "DEFAULT" and isinstance(entry.get("quantity"), int):
            return int(entry["quantity"])
    return None


def _product(item: Mapping[str, Any]) -> Product:
    summary: Mapping[str, Any] = next(iter(item.get("summaries") or ()), {})
    pictures = [image for of in item.get("images") or () for image in of.get("images") or ()]
    main = next((one for one in pictures if one.get("variant") == "MAIN"), None)
    return Product(
        asin=str(item["asin"]),
        title=str(summary.get("itemName") or item["asin"]),
        brand=summary.get("brand"),
        picture_url=main.get("link") if main is not None else None,
    )


def _told(reasons: Sequence[Mapping[str, Any]]) -> Said:
    """Return the first reason; Amazon's code has another name here than in errors and issues."""
    return said({"message": one.get("message"), "code": one.get("reasonCode")} for one in reasons[:1])
