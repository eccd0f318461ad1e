"""The Catalog Items API 2022-04-01 and the Listings Restrictions API 2021-08-01, as far as sellers' new offers ask."""

from collections.abc import Iterator
from typing import Any

from mercarich_simulator.amazon import MARKETPLACE_ID
from mercarich_simulator.amazon.products import CONDITIONS
from mercarich_simulator.api.listings import bad_input, refusal
from mercarich_simulator.api.trouble import amazon_error
from mercarich_simulator.catalogue import AmazonSeller
from mercarich_simulator.web import Reply, Request, json_reply
from mercarich_simulator.world import World

CATALOGUE = "/spapi/catalog/2022-04-01/items"
RESTRICTIONS = "/spapi/listings/2021-08-01/restrictions"
_MOST_IDENTIFIERS, _MOST, _DEFAULT = 20, 20, 10
_INCLUDED = frozenset({"summaries", "images", "identifiers"})
"""The data sets that this catalogue has."""
_APPROVAL = "https://sellercentral.amazon.co.jp/hz/approvalrequest/restrictions/approve"


class ProductOperations:
    def __init__(self, world: World) -> None:
        self._world = world

    def search(self, _seller: AmazonSeller, request: Request) -> Reply:
        """Handle searchCatalogItems: by identifiers or by keywords, never by both."""
        query = request.query
        wrong = _wrong_with(query)
        if wrong:
            return bad_input(wrong)
        found = list(self._found(query))
        size = int(query.get("pageSize", _DEFAULT))
        return json_reply(
            {"numberOfResults": len(found), "items": [self._item(number, query) for number in found[:size]]}
        )

    def get(self, _seller: AmazonSeller, request: Request) -> Reply:
        """Handle getCatalogItem."""
        asin = request.path.removeprefix(CATALOGUE + "/")
        if request.query.get("marketplaceIds") != MARKETPLACE_ID:
            return bad_input(f"marketplaceIds must be {MARKETPLACE_ID}.")
        number = self._world.products.with_asin(asin)
        if number is None:
            return amazon_error(
                404, "NOT_FOUND", f"Requested item '{asin}' not found in marketplace(s) {MARKETPLACE_ID}."
            )
        return json_reply(self._item(number, request.query))

    def restrictions(self, seller: AmazonSeller, request: Request) -> Reply:
        """Handle getListingsRestrictions."""
        query = request.query
        wrong = refusal(seller, query.get("sellerId", ""), request)
        if wrong:
            return wrong
        condition = query.get("conditionType")
        if "asin" not in query or (condition is not None and condition not in CONDITIONS):
            return bad_input("asin is required, and conditionType must be one of the documented values.")
        found = self._world.products.restriction(seller.seller_id, query["asin"], condition)
        if found is None:
            return json_reply({"restrictions": []})
        code, message = found
        reason: dict[str, Any] = {"message": message, "reasonCode": code}
        if code == "APPROVAL_REQUIRED":
            link = {"resource": f"{_APPROVAL}?asin={query['asin']}", "verb": "GET", "title": "Request Approval"}
            reason["links"] = [link | {"type": "text/html"}]
        restriction: dict[str, Any] = {"marketplaceId": MARKETPLACE_ID, "reasons": [reason]}
        if condition is not None:
            restriction["conditionType"] = condition
        return json_reply({"restrictions": [restriction]})

    def _found(self, query: dict[str, str]) -> Iterator[int]:
        products = self._world.products
        if "keywords" in query:
            yield from products.with_words(query["keywords"].replace(",", " "))
            return
        read = products.with_jan if query["identifiersType"] == "JAN" else products.with_asin
        for identifier in query["identifiers"].split(","):
            number = read(identifier)
            if number is not None:
                yield number

    def _item(self, number: int, query: dict[str, str]) -> dict[str, Any]:
        described = self._world.products.described(number, MARKETPLACE_ID)
        included = set(query.get("includedData", "summaries").split(",")) & _INCLUDED
        return {name: value for name, value in described.items() if name == "asin" or name in included}


def _wrong_with(query: dict[str, str]) -> str | None:
    """Return what is wrong with a search, or None."""
    if query.get("marketplaceIds") != MARKETPLACE_ID:
        return f"marketplaceIds must be {MARKETPLACE_ID}."
    if ("identifiers" in query) == ("keywords" in query):
        return "Either identifiers or keywords is required, and not both."
    if "identifiers" in query and query.get("identifiersType") not in {"JAN", "ASIN"}:
        return "identifiersType must be given with identifiers: JAN or ASIN here."
    if len(query.get("identifiers", query.get("keywords", "")).split(",")) > _MOST_IDENTIFIERS:
        return f"At most {_MOST_IDENTIFIERS} identifiers or keywords."
    size = query.get("pageSize", str(_DEFAULT))
    return None if size.isdecimal() and 1 <= int(size) <= _MOST else f"pageSize must be between 1 and {_MOST}."
