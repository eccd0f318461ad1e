"""Mercari's search response: camelCase, every number a string (marketplaces.md 1.2)."""

from typing import Any

from mercarich_simulator.shelf import MERCARI
from mercarich_simulator.sites.look import Look, Market, utc_text
from mercarich_simulator.sites.mercari_item import STATUS, price
from mercarich_simulator.sites.pictures import addresses
from mercarich_simulator.sites.yahoo_search import matches

_WORDS = {"STATUS_ON_SALE": "on_sale", "STATUS_TRADING": "trading", "STATUS_SOLD_OUT": "sold_out"}
_SEARCHABLE = frozenset(_WORDS.values())


def search_answer(market: Market, body: dict[str, Any], now: float) -> dict[str, Any]:
    """Return the response of POST /v2/entities:search. Raise TypeError for a number where Mercari expects a string."""
    condition = body.get("searchCondition") or {}
    if any(not isinstance(seller, str) for seller in condition.get("sellerId", [])):
        raise TypeError("cannot unmarshal number into Go value of type string")
    size = min(int(body.get("pageSize") or 120), 120)
    page = int(str(body.get("pageToken") or "v1:0").removeprefix("v1:"))
    found = [
        look for look in matches(market, MERCARI, str(condition.get("keyword", "")), now) if _wanted(look, condition)
    ]
    if condition.get("sort") == "SORT_PRICE":
        found.sort(key=price, reverse=condition.get("order") == "ORDER_DESC")
    rows = found[page * size : (page + 1) * size]
    more = len(found) > (page + 1) * size
    return {
        "meta": {
            "nextPageToken": f"v1:{page + 1}" if more else "",
            "previousPageToken": f"v1:{page - 1}" if page else "",
            "numFound": str(len(found)),
            "properties": [],
        },
        "items": [_row(look) for look in rows],
        "components": [],
        "searchConditionId": "",
    }


def _wanted(look: Look, condition: dict[str, Any]) -> bool:
    status = STATUS.get(look.state, "on_sale")
    asked = {_WORDS.get(word.removeprefix("ITEM_")) for word in condition.get("status", [])}
    payer = 2 if look.item.shipping_by_seller else 1
    return (
        look.state != "deleted"
        and status in _SEARCHABLE
        and (not asked or status in asked)
        and _within(price(look), condition)
        and _among(look.item.condition, condition, "itemConditionId")
        and _among(payer, condition, "shippingPayerId")
        and _among(look.item.seller_id, condition, "sellerId")
    )


def _within(yen: int, condition: dict[str, Any]) -> bool:
    low, high = int(condition.get("priceMin") or 0), int(condition.get("priceMax") or 0)
    return low <= yen and (not high or yen <= high)


def _among(value: object, condition: dict[str, Any], key: str) -> bool:
    return not condition.get(key) or value in condition[key]


def _row(look: Look) -> dict[str, Any]:
    item = look.item
    shop = item.kind == "shops"
    stamp = int(item.created_at)
    photo = addresses(look)[0]
    return {
        "id": item.item_id,
        "sellerId": "0" if shop else item.seller_id,
        "buyerId": "",
        "status": "ITEM_STATUS_" + STATUS.get(look.state, "on_sale").upper(),
        "name": item.title,
        "price": str(price(look)),
        "created": str(stamp),
        "updated": str(int(look.changed_at)),
        "thumbnails": [photo],
        "itemType": "ITEM_TYPE_BEYOND" if shop else "ITEM_TYPE_MERCARI",
        "itemConditionId": str(item.condition),
        "shippingPayerId": "0" if shop else "2" if item.shipping_by_seller else "1",
        "itemSizes": [],
        "itemBrand": None,
        "itemPromotions": [],
        "shopName": item.seller_name if shop else "",
        "itemSize": None,
        "shippingMethodId": "0" if shop else "14",
        "categoryId": str(100 + item.noise[12]),
        "isNoPrice": look.state == "no_price",
        "title": "",
        "isLiked": False,
        "photos": [{"uri": photo}],
        "auction": _auction(look),
        "shop": {"id": item.seller_id} if shop else None,
        "attributes": [],
    }


def _auction(look: Look) -> dict[str, str] | None:
    if look.state != "auction":
        return None
    yen = str(look.item.price)
    return {
        "id": "",
        "bidDeadline": utc_text(look.changed_at + 86_400),
        "totalBid": "0",
        "highestBid": yen,
        "initialPrice": yen,
    }
