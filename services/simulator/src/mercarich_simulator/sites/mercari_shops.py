"""Mercari Shops products: camelCase, no status field; sold shows in tags and quantities (marketplaces.md 1.3).

Its keys are the full key set of 2026-09 that carimer-api documents in section 6 of its API page.
"""

from typing import Any

from mercarich_simulator.names import CONDITIONS, PREFECTURES
from mercarich_simulator.sites.look import Look, utc_text
from mercarich_simulator.sites.pictures import addresses

NOT_FOUND_STATES = frozenset({"deleted", "cancelled", "admin_cancelled"})
"""A request for a product in one of these states gets a 404; Shops has no page for it."""

_REDUCED = 5
"""Per cent of a time sale."""

_PAYERS = {
    True: {"shippingPayerId": "1", "displayName": "送料込み(出品者負担)", "code": "SELLER"},
    False: {"shippingPayerId": "2", "displayName": "着払い(購入者負担)", "code": "BUYER"},
}


def product_object(look: Look) -> dict[str, Any]:
    """Return the response of GET /v1/marketplaces/shops/products/{id}."""
    item, sale = look.item, _time_sale(look)
    return {
        "name": item.item_id,
        "displayName": item.title,
        "price": str(item.price if sale is None else item.price * 100 // (100 - _REDUCED)),
        "thumbnail": addresses(look)[0],
        "createTime": utc_text(item.created_at),
        "updateTime": utc_text(look.changed_at),
        "productTags": ["sold_out"] if look.state == "sold" else [],
        "attributes": [],
        "isBlockedShop": look.state == "suspended",
        "productDetail": {**_detail(look), "timeSaleDetails": sale},
    }


def _detail(look: Look) -> dict[str, Any]:
    item, noise = look.item, look.item.noise
    place = noise[18] % len(PREFECTURES)
    return {
        "shop": {
            "name": item.seller_id,
            "displayName": item.seller_name,
            "thumbnail": "https://assets.mercari-shops-static.com/shop/default.jpg",
            "shopStats": _stats(item.seller_id),
            "allowDirectMessage": True,
            "shopItems": [],
            "isInboundXb": False,
            "badges": [],
            "hasApprovedBrandScreening": False,
        },
        "photos": addresses(look),
        "description": "ショップの商品説明です。",
        "categories": [
            {
                "categoryId": str(100 + noise[12]),
                "displayName": "その他",
                "parentId": "7",
                "rootId": "7",
                "hasChild": False,
            }
        ],
        "brand": None,
        "condition": {"displayName": CONDITIONS[item.condition - 1], "description": ""},
        "shippingMethod": {"shippingMethodId": "1", "displayName": "メルカリ便", "isAnonymous": True},
        "shippingPayer": _PAYERS[item.shipping_by_seller],
        "shippingDuration": {
            "shippingDurationId": "1",
            "displayName": "1~2日で発送",
            "minDays": 1,
            "maxDays": 2,
        },
        "shippingFromArea": {"shippingAreaCode": f"jp{place + 1:02d}", "displayName": PREFECTURES[place]},
        "promotions": [],
        "productStats": {"productId": item.item_id, "score": 0, "reviewCount": 0, "likesCount": item.likes},
        "variants": _variants(look),
        "shippingFeeConfig": None,
        "shippingFeeCalculationConfiguration": None,
        "variationGrouping": None,
        "buyerPromotion": None,
        "followPromotion": None,
        "lastPurchasedDateTime": None,
        "seoMetadata": None,
        "productPreOrder": _pre_order(look),
    }


def _stats(shop_id: str) -> dict[str, Any]:
    """Return the shop's stars: five of most shops; one of eight has no review yet, and one of eight has three stars."""
    draw = sum(shop_id.encode())
    score = {0: 0, 1: 3, 2: 4}.get(draw % 8, 5)
    return {"shopId": shop_id, "score": score, "reviewCount": str(draw if score else 0)}


def _time_sale(look: Look) -> dict[str, Any] | None:
    """Return the time sale that one of six products has, with the item's price as the reduced one."""
    if look.item.noise[22] % 6:
        return None
    return {
        "name": "",
        "percentage": _REDUCED,
        "price": str(look.item.price),
        "startTime": utc_text(look.item.created_at),
        "endTime": utc_text(look.now + 86_400),
        "base": "STABLE_PRICE",
        "calculationStartTime": utc_text(look.item.created_at - 30 * 86_400),
        "calculationEndTime": utc_text(look.item.created_at),
    }


def _variants(look: Look) -> list[dict[str, Any]]:
    """Return the variants of a product: one of ten has three sizes, of which one at most is in stock."""
    in_stock = look.state in {"available", "suspended"}
    sizes = ("S", "M", "L") if look.item.noise[21] % 10 == 0 else ("",)
    return [
        {
            "variantId": look.item.noise.hex()[n : n + 22],
            "displayName": size,
            "quantity": "1" if in_stock and n == len(sizes) - 1 else "0",
            "size": size,
            "attributes": [],
            "maxQuantityPerOrder": 1,
        }
        for n, size in enumerate(sizes)
    ]


def _pre_order(look: Look) -> dict[str, Any] | None:
    """Return an object for one of 24 products. Its keys are not recorded: it was null in everything observed."""
    return None if look.item.noise[23] % 24 else {"shippingStartTime": utc_text(look.now + 40 * 86_400)}
