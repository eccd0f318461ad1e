"""Whatever values Mercari's responses contain, a reader returns an item or a fault, and nothing else."""

import json
import logging
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.services.odd_json import looks, with_random_values

from mercarich_contracts.proxy_api import Item
from mercarich_marketplace.answers import Answer, Fault
from mercarich_mercari_proxy.adapters import items, search, sellers, shops
from mercarich_mercari_proxy.adapters.dpop import Signer
from mercarich_mercari_proxy.adapters.web import WebMarket
from mercarich_platform.clock import utc_now

AT = datetime(2026, 11, 25, tzinfo=UTC)
ID, SHOP = "m12345678901", "AbCdEfGhIjKlMnOpQrStUv"
STRANGE: list[Any] = [
    None,
    True,
    0,
    -5,
    10**18,
    1.5,
    "",
    "x",
    "9" * 30,
    "ⅷ",
    "2026-13-40T00:00:00Z",
    [],
    [None],
    {},
    {"a": []},
]

ITEM = {
    "result": "OK",
    "meta": {},
    "data": {
        "id": ID,
        "status": "on_sale",
        "price": 1,
        "name": "a",
        "photos": ["p"],
        "seller": {"id": 1, "name": "s", "ratings": {"good": 1, "bad": 0}},
        "item_condition": {"id": 1},
        "shipping_payer": {"code": "seller"},
        "shipping_from_area": {"name": "x"},
        "shipping_duration": {"min_days": 1, "max_days": 2},
        "auction_info": {"state": "s", "expected_end_time": 1, "total_bids": 1},
        "item_category": {"name": "c"},
        "parent_categories_ntiers": [{"name": "c"}],
        "created": 1,
        "updated": 1,
        "checksum": "c",
        "is_no_price": False,
        "num_likes": 1,
    },
}
SELLER = {
    "result": "OK",
    "meta": {"has_next": True},
    "data": [
        {
            "id": ID,
            "status": "on_sale",
            "price": 1,
            "seller": {"id": 1, "name": "n"},
            "thumbnails": ["t"],
            "item_category": {"name": "c"},
            "item_category_ntiers": {"name": "c"},
            "item_brand": {"name": "b"},
            "shipping_from_area": {"name": "x"},
            "auction_info": {"expected_end_time": 1},
            "created": 1,
            "pager_id": 3,
        }
    ],
}
PRODUCT = {
    "name": SHOP,
    "displayName": "d",
    "price": "5",
    "productTags": ["a"],
    "createTime": "2026-01-01T00:00:00Z",
    "timeSaleDetails": {"price": "4", "startTime": "2026-01-01T00:00:00Z", "endTime": "2027-01-01T00:00:00Z"},
    "productDetail": {
        "shop": {"name": "n", "isBlockedShop": False, "shopStats": {"score": 5, "reviewCount": "1"}},
        "photos": ["p"],
        "variants": [{"quantity": "1", "displayName": "S", "size": ""}],
        "shippingPayer": {"code": "SELLER"},
        "condition": {"displayName": "新品、未使用"},
        "productPreOrder": None,
        "categories": [{"displayName": "c"}],
    },
}
SEARCH = {
    "meta": {"nextPageToken": ""},
    "items": [
        {
            "id": ID,
            "status": "ITEM_STATUS_ON_SALE",
            "price": "1",
            "sellerId": "1",
            "thumbnails": ["t"],
            "photos": [{"uri": "u"}],
            "auction": {"bidDeadline": "2026-01-01T00:00:00Z", "totalBid": "1"},
            "itemBrand": {"name": "b"},
            "shippingPayerId": "2",
            "shop": {"id": "s"},
            "itemConditionId": "3",
            "isNoPrice": False,
        }
    ],
}


def replaced(value: Any) -> Iterator[Any]:
    """Yield the value with each of its parts replaced by each strange value, one at a time."""
    yield from STRANGE
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        for inner in replaced(value[key]):
            changed = dict(value) if isinstance(value, dict) else list(value)
            changed[key] = inner
            yield changed


def read(document: Any, kind: str) -> None:
    answer = Answer("http://mercari/x", 200, {}, json.dumps(document).encode(), AT)
    match kind:
        case "item":
            items.read(answer, ID)
        case "seller":
            sellers.read(answer, "1", {ID})
        case "product":
            shops.read(answer, SHOP)
        case _:
            search.read(answer, 0)


def test_no_strange_value_breaks_a_reader() -> None:
    read_well = 0
    for kind, document in (("item", ITEM), ("seller", SELLER), ("product", PRODUCT), ("search", SEARCH)):
        for strange in replaced(document):
            try:
                read(strange, kind)
                read_well += 1
            except Fault:
                continue
    assert read_well > 500


def test_what_is_read_can_be_sent() -> None:
    for strange in replaced(ITEM):
        answer = Answer("http://mercari/x", 200, {}, json.dumps(strange).encode(), AT)
        try:
            seen = items.read(answer, ID)
        except Fault:
            continue
        assert Item.model_validate_json(seen.model_dump_json()) == seen


@pytest.mark.parametrize(("item_id", "document"), [(ID, ITEM), (SHOP, PRODUCT)])
def test_random_values_in_any_field_never_come_out_of_the_observer(
    item_id: str, document: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    bodies = [json.dumps(odd).encode() for odd in with_random_values(document, random.Random(7), 30)]
    seen = looks(lambda egress: WebMarket(egress, "http://mercari", Signer(utc_now)), item_id, bodies)

    assert {each.item_id for each in seen} == {item_id}
    assert len(seen) == len(bodies) > 300
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
