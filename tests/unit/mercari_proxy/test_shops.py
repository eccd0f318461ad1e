"""Reading a product of Mercari Shops, and its row in a search."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_contracts.proxy_api import Item
from mercarich_marketplace.answers import Answer, Fault
from mercarich_mercari_proxy.adapters import search, shops
from mercarich_replacements.filters import late
from mercarich_replacements.matching import DEFAULT
from mercarich_replacements.rules import Rules, Wanted

AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
SHOP_ID = "AbCdEfGhIjKlMnOpQrStUv"


def answer(document: Any) -> Answer:
    body = json.dumps(document, ensure_ascii=False).encode()
    return Answer(f"http://mercari/v1/marketplaces/shops/products/{SHOP_ID}", 200, {}, body, AT)


def product(**changes: Any) -> dict[str, Any]:
    detail = {
        "shop": {"name": "shop-1", "displayName": "店"},
        "photos": ["https://pictures/1.jpg"],
        "variants": [{"variantId": "a", "quantity": "0"}, {"variantId": "b", "quantity": "3"}],
        "shippingPayer": {"id": "1", "code": "SELLER"},
    }
    return {
        "name": SHOP_ID,
        "displayName": "商品",
        "productTags": [],
        "price": "2980",
        "updateTime": "2026-11-20T01:00:00Z",
        "productDetail": {**detail, **changes.pop("detail", {})},
        **changes,
    }


def shop_item(**changes: Any) -> Item:
    return shops.read(answer(product(**changes)), SHOP_ID)


def test_a_shops_product_is_available_while_a_variant_is_in_stock() -> None:
    seen = shop_item()

    assert (seen.state, seen.quantity, seen.price_jpy) == (State.AVAILABLE, 3, 2980)
    assert (seen.seller_id, seen.seller_kind, seen.shipping_payer) == ("shop-1", "store", "seller")


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"productTags": ["sold_out"]}, State.SOLD),
        ({"detail": {"variants": [{"quantity": "0"}, {"quantity": "0"}]}}, State.SOLD),
        ({"detail": {"shop": {"name": "shop-1", "isBlockedShop": True}}}, State.SUSPENDED),
    ],
)
def test_a_shops_product_that_cannot_be_bought(changes: dict[str, Any], state: State) -> None:
    assert shop_item(**changes).state is state


@pytest.mark.parametrize(
    ("words", "condition"),
    [
        ("新品、未使用", 1),
        ("未使用に近い", 2),
        ("目立った傷や汚れなし", 3),
        ("やや傷や汚れあり", 4),
        ("傷や汚れあり", 5),
        ("全体的に状態が悪い", 6),
        ("Scratches/marks", None),
        ("", None),
        (None, None),
    ],
)
def test_a_shops_product_tells_its_condition_in_words(words: str | None, condition: int | None) -> None:
    assert shop_item(detail={"condition": {"displayName": words}}).condition_code == condition


@pytest.mark.parametrize(
    ("stats", "ratings"),
    [
        ({"score": 5, "reviewCount": "22408"}, (22408, 0)),
        ({"score": 4, "reviewCount": "10"}, (8, 2)),
        ({"score": 3.5, "reviewCount": 10}, (7, 3)),
        ({"score": 0, "reviewCount": "0"}, (0, 0)),
        ({"score": 0, "reviewCount": "10"}, (None, None)),
        ({"score": 6, "reviewCount": "10"}, (None, None)),
        ({"score": True, "reviewCount": "10"}, (None, None)),
        ({"score": 5, "reviewCount": "-1"}, (None, None)),
        ({"score": 5}, (None, None)),
        ({"reviewCount": "10"}, (None, None)),
        (None, (None, None)),
    ],
)
def test_a_shop_has_stars_instead_of_good_and_bad_ratings(stats: Any, ratings: tuple[int | None, int | None]) -> None:
    seen = shop_item(detail={"shop": {"name": "shop-1", "shopStats": stats}})

    assert (seen.seller_rating_good, seen.seller_rating_bad) == ratings


@pytest.mark.parametrize(
    ("names", "choices"), [(["S", "M", "L"], 3), (["S", "S"], None), (["", ""], None), (["S"], None)]
)
def test_a_product_whose_variants_have_names_is_a_choice(names: list[str], choices: int | None) -> None:
    variants = [{"displayName": name, "quantity": "1"} for name in names]
    seen = shop_item(detail={"variants": variants})

    assert (seen.variants, seen.quantity) == (choices, len(names))


def test_a_pre_order_says_so() -> None:
    assert shop_item(detail={"productPreOrder": {}}).pre_order
    assert not shop_item(detail={"productPreOrder": None}).pre_order


def test_a_postage_that_the_buyer_of_a_product_pays_is_not_known() -> None:
    assert shop_item().postage_jpy == 0
    assert shop_item(detail={"shippingPayer": {"code": "BUYER"}}).postage_jpy is None


def search_row(**changes: Any) -> Item:
    shops_row = {
        "id": SHOP_ID,
        "sellerId": "0",
        "status": "ITEM_STATUS_ON_SALE",
        "price": "2980",
        "itemType": "ITEM_TYPE_BEYOND",
        "itemConditionId": "3",
        "shippingPayerId": "0",
        "shopName": "店",
        "shop": {"id": "shop-1"},
        "photos": [{"uri": f"https://pictures/{SHOP_ID}_1.jpg"}],
        **changes,
    }
    return search.read(answer({"meta": {"nextPageToken": ""}, "items": [shops_row]}), 0).items[0]


def test_a_row_of_a_shops_product_names_its_shop_and_not_its_payer() -> None:
    seen = search_row()

    assert (seen.seller_id, seen.seller_name, seen.seller_kind, seen.condition_code) == ("shop-1", "店", "store", 3)
    assert (seen.state, seen.shipping_payer, seen.postage_jpy) == (State.AVAILABLE, None, None)
    assert search_row(shop=None).seller_id is None
    assert search_row(sellerId="77", shop=None).seller_id == "77"


@pytest.mark.parametrize("variants", [[], [{"quantity": "0"}, {}], [{"quantity": "-1"}], None])
def test_a_product_whose_stock_is_not_said_teaches_nothing(variants: Any) -> None:
    with pytest.raises(Fault) as caught:
        shop_item(detail={"variants": variants})

    assert caught.value.reason is Reason.UNPARSABLE


def test_a_time_sale_sets_the_price_while_it_runs() -> None:
    sale = {"price": "1980", "startTime": "2026-11-25T00:00:00Z", "endTime": "2026-11-25T06:00:00Z"}
    over = {**sale, "endTime": "2026-11-25T02:00:00Z"}

    assert shop_item(timeSaleDetails=sale).price_jpy == 1980
    assert shop_item(timeSaleDetails=over).price_jpy == 2980


def test_a_product_can_replace_another_product() -> None:
    rules = Rules(3, 60, DEFAULT, 80, 1.0, 255, ("海外",), 6, 4, 1, False, {}, False)
    told = {
        "condition": {"displayName": "目立った傷や汚れなし"},
        "shop": {"name": "shop-1", "shopStats": {"score": 5, "reviewCount": "22408"}},
    }
    gone, found = shop_item(productTags=["sold_out"], detail=told), shop_item(detail=told)
    wanted = Wanted((1,), 1, Marketplace.MERCARI, 1, "old", "商品", None, gone.condition_code, gone.price_jpy, None)

    assert late(rules, wanted, found, frozenset()) is None
