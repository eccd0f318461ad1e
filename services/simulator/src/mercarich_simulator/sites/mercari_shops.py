"""Mercari Shops products: camelCase, no status field; sold shows in tags and quantities (marketplaces.md 1.3).

Its keys are the full key set of 2026-09 that carimer-api documents in section 6 of its API page.
"""

from typing import Any

from mercarich_simulator.names import CONDITIONS, PREFECTURES
from mercarich_simulator.sites.look import Look, utc_text
from mercarich_simulator.sites.pictures import addresses

NOT_FOUND_STATES = frozenset({"deleted", "cancelled", "admin_cancelled"})
"""A request for a product in one of these states is answered with 404; Shops has no page for it."""

_PAYERS = {
    True: {"shippingPayerId": "1", "displayName": "送料込み(出品者負担)", "code": "SELLER"},
    False: {"shippingPayerId": "2", "displayName": "着払い(購入者負担)", "code": "BUYER"},
}


def product_object(look: Look) -> dict[str, Any]:
    """Return the response of GET /v1/marketplaces/shops/products/{id}."""
    item = look.item
    return {
        "name": item.item_id,
        "displayName": item.title,
        "price": str(item.price),
        "thumbnail": addresses(look)[0],
        "createTime": utc_text(item.created_at),
        "updateTime": utc_text(look.changed_at),
        "productTags": ["sold_out"] if look.state == "sold" else [],
        "attributes": [],
        "isBlockedShop": look.state == "suspended",
        "productDetail": _detail(look),
    }


def _detail(look: Look) -> dict[str, Any]:
    item, noise = look.item, look.item.noise
    place = noise[18] % len(PREFECTURES)
    return {
        "shop": {
            "name": item.seller_id,
            "displayName": item.seller_name,
            "thumbnail": "https://assets.mercari-shops-static.com/shop/default.jpg",
            "shopStats": {"shopId": item.seller_id, "score": 5, "reviewCount": str(40 + noise[16])},
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
        "productStats": {"productId": item.item_id, "score": 0, "reviewCount": 0, "likesCount": noise[20] % 60},
        "timeSaleDetails": None,
        "variants": [
            {
                "variantId": noise.hex()[:22],
                "displayName": "",
                "quantity": "1" if look.state in {"available", "suspended"} else "0",
                "size": "",
                "attributes": [],
                "maxQuantityPerOrder": 1,
            }
        ],
        "shippingFeeConfig": None,
        "variationGrouping": None,
        "buyerPromotion": None,
        "followPromotion": None,
    }
