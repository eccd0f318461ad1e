"""Mercari's ordinary items: the item, a seller's items and the seller, in snake_case (marketplaces.md 1.2)."""

from hashlib import md5
from typing import Any

from mercarich_simulator.names import CONDITIONS, PREFECTURES
from mercarich_simulator.shelf import MERCARI
from mercarich_simulator.sites.look import Look, Market
from mercarich_simulator.sites.pictures import addresses

STATUS = {
    "sold": "sold_out",
    "trading": "trading",
    "suspended": "stop",
    "cancelled": "cancel",
    "admin_cancelled": "admin_cancel",
}
"""Mercari's status for each state. Other states are `on_sale`, except `deleted`: such items are not found."""

PAGER_BASE = 5_000_000_000
_BRAND = {"id": 3272, "name": "ソニー", "sub_name": "SONY"}
_AREA_UNSET = {"id": 99, "name": "未定"}
NO_PRICE = 9_999_999
_PAYERS = {
    True: {"id": 2, "name": "送料込み(出品者負担)", "code": "seller"},
    False: {"id": 1, "name": "着払い(購入者負担)", "code": "buyer"},
}


def item_object(look: Look) -> dict[str, Any]:
    """Return `data` of GET /items/get. The item must not be `deleted`."""
    item = look.item
    photos = addresses(look)
    stamp = int(item.created_at)
    body: dict[str, Any] = {
        "id": item.item_id,
        "seller": _seller(look) | {"is_official": False, "is_followable": True, "is_blocked": False},
        "status": STATUS.get(look.state, "on_sale"),
        "name": item.title,
        "price": price(look),
        "description": "商品説明です。即購入歓迎。",
        "photos": photos,
        "photo_paths": [f"photos/{item.item_id}_{n}.jpg" for n in range(1, len(photos) + 1)],
        "thumbnails": photos[:1],
        "item_category": _category(look),
        "item_category_ntiers": _category(look),
        "parent_categories_ntiers": [{"id": 7, "name": "その他", "display_order": 0}],
        "item_condition": {"id": item.condition, "name": CONDITIONS[item.condition - 1], "subname": ""},
        "colors": [],
        "shipping_payer": _PAYERS[item.shipping_by_seller],
        "shipping_method": {"id": 14, "name": "らくらくメルカリ便", "is_deprecated": "no"},
        "shipping_from_area": _area(look),
        "shipping_duration": {"id": 2, "name": "2~3日で発送", "min_days": 2, "max_days": 3},
        "shipping_class": {"id": 0, "fee": 0, "shipping_fee": 0, "total_fee": 0, "is_pickup": False},
        "num_likes": item.likes,
        "num_comments": 0,
        "registered_prices_count": 0,
        "comments": [],
        "updated": int(look.changed_at),
        "created": stamp,
        "pager_id": PAGER_BASE + item.number,
        "liked": False,
        "checksum": _checksum(look),
        "is_dynamic_shipping_fee": False,
        "application_attributes": {},
        "is_shop_item": "no",
        "hash_tags": [],
        "is_anonymous_shipping": True,
        "is_web_visible": True,
        "is_offerable": False,
        "is_organizational_user": False,
        "organizational_user_status": "",
        "is_stock_item": False,
        "is_cancelable": True,
        "shipped_by_worker": False,
        "additional_services": [],
        "has_additional_service": False,
        "has_like_list": False,
        "is_offerable_v2": True,
        "item_attributes": [],
        "is_dismissed": False,
        "photo_descriptions": [""] * len(photos),
        "meta_title": item.title,
        "meta_subtitle": CONDITIONS[item.condition - 1],
        "is_degraded": False,
    }
    return body | _special(look)


def seller_page(
    market: Market, seller_id: str, statuses: set[str], page: tuple[int, int], now: float
) -> dict[str, Any]:
    """Return the response of GET /items/get_items: newest first, `page` = (limit, highest pager_id)."""
    limit, highest = page
    looks = []
    for number in reversed(market.catalogue.items_of_mercari_seller(seller_id)):
        look = market.at(MERCARI, number, now) if PAGER_BASE + number <= highest else None
        if look and look.state != "deleted" and STATUS.get(look.state, "on_sale") in statuses:
            looks.append(look)
    return {
        "result": "OK",
        "meta": {"has_next": len(looks) > limit},
        "data": [_row(look) for look in _shuffled(looks[:limit])],
    }


def _shuffled(looks: list[Look]) -> list[Look]:
    """Return a page whose pager ids do not fall from row to row, as seen in 2026-07; the lowest stays the last."""
    return [*sorted(looks[:-1], key=lambda look: look.item.noise[21]), *looks[-1:]]


def profile(market: Market, seller_id: str, now: float, full: bool) -> dict[str, Any] | None:
    """Return `data` of GET /users/get_profile; None for an unknown seller. Without `full`, two counts are 0."""
    numbers = market.catalogue.items_of_mercari_seller(seller_id)
    looks = (market.at(MERCARI, number, now) for number in numbers)
    look = next((look for look in looks if look is not None), None)
    if look is None:
        return None
    body = _seller(look)
    if not full:
        body |= {"created": 0, "num_sell_items": 0}
    return body | {
        "polarized_ratings": {"good": body["ratings"]["good"], "bad": body["ratings"]["bad"]},
        "following_count": 0,
        "follower_count": 10,
        "introduction": "よろしくお願いします。",
        "is_official": False,
        "is_blocked": False,
        "proper": True,
    }


def price(look: Look) -> int:
    return NO_PRICE if look.state == "no_price" else look.item.price


def _special(look: Look) -> dict[str, Any]:
    if look.state == "no_price":
        return {"is_no_price": True}
    if look.state != "auction":
        return {}
    return {
        "auction_info": {
            "id": f"a{look.item.number}",
            "start_time": int(look.changed_at),
            "expected_end_time": int(look.changed_at) + 86_400,
            "total_bids": 0,
            "initial_price": look.item.price,
            "highest_bid": look.item.price,
            "state": "STATE_NO_BID",
            "auction_type": "AUCTION_TYPE_NORMAL",
        }
    }


def _seller(look: Look) -> dict[str, Any]:
    good, bad = 40 + look.item.noise[16] * 2, look.item.noise[17] % 4
    return {
        "id": int(look.item.seller_id),
        "name": look.item.seller_name,
        "photo_url": "https://static.mercdn.net/images/member_photo_noimage.png",
        "photo_thumbnail_url": "https://static.mercdn.net/images/member_photo_noimage.png",
        "register_sms_confirmation": "yes",
        "created": 1_600_000_000,
        "num_sell_items": 24,
        "ratings": {"good": good, "normal": 0, "bad": bad},
        "num_ratings": good + bad,
        "score": good - bad,
        "star_rating_score": 5,
    }


def _category(look: Look) -> dict[str, Any]:
    return {
        "id": 100 + look.item.noise[12],
        "name": "その他",
        "display_order": 1,
        "parent_category_id": 7,
        "parent_category_name": "その他",
        "root_category_id": 7,
        "root_category_name": "その他",
    }


def _area(look: Look) -> dict[str, Any]:
    place = look.item.noise[18] % len(PREFECTURES)
    return {"id": place + 1, "name": PREFECTURES[place]}


def _row(look: Look) -> dict[str, Any]:
    item = look.item
    stamp = int(item.created_at)
    row: dict[str, Any] = {
        "id": item.item_id,
        "seller": {"id": int(item.seller_id), "name": item.seller_name},
        "status": STATUS.get(look.state, "on_sale"),
        "name": item.title,
        "price": price(look),
        "thumbnails": addresses(look)[:1],
        "root_category_id": 7,
        "num_likes": item.likes,
        "num_comments": 0,
        "created": stamp,
        "updated": int(look.changed_at),
        "item_category": None,
        "item_category_ntiers": _category(look),
        "parent_categories_ntiers": [{"id": 7, "name": "その他", "display_order": 0}],
        "item_brand": _BRAND if item.noise[22] % 3 == 0 else None,
        "shipping_from_area": _AREA_UNSET if item.noise[19] % 8 == 0 else _area(look),
        "pager_id": PAGER_BASE + item.number,
        "liked": False,
        "item_pv": 0,
    }
    if row["status"] != "on_sale":
        row["transaction_evidence"] = {"id": item.number, "status": "done"}
    return row | _special(look)


def _checksum(look: Look) -> str:
    text = f"{look.item.item_id}:{look.state}:{look.changed_at}"
    return md5(text.encode(), usedforsecurity=False).hexdigest()
