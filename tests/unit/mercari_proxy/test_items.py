"""Reading Mercari's responses on items and sellers: each kind by its own rule."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mercarich_contracts.market import Reason, State
from mercarich_contracts.proxy_api import Item, PriceKind
from mercarich_marketplace.answers import Answer, Fault
from mercarich_mercari_proxy.adapters import items, sellers, shops

AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
SHOP_ID = "AbCdEfGhIjKlMnOpQrStUv"


def answer(document: Any, status: int = 200) -> Answer:
    body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return Answer("http://mercari/items/get?id=m12345678901", status, {}, body, AT)


def page(**changes: Any) -> dict[str, Any]:
    data = {
        "id": "m12345678901",
        "status": "on_sale",
        "name": "カメラ",
        "price": 5400,
        "photos": ["https://pictures/m12345678901_1.jpg"],
        "seller": {"id": 77, "name": "売り手", "ratings": {"good": 9, "normal": 0, "bad": 1}},
        "shipping_payer": {"id": 2, "code": "seller"},
    }
    return {"result": "OK", "data": {**data, **changes}, "meta": {}}


def read(**changes: Any) -> Item:
    return items.read(answer(page(**changes)), "m12345678901")


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("on_sale", State.AVAILABLE, None),
        ("trading", State.SOLD, Reason.IN_TRANSACTION),
        ("sold_out", State.SOLD, Reason.SOLD_OUT),
        ("stop", State.SUSPENDED, Reason.STOPPED_BY_SELLER),
        ("cancel", State.GONE, Reason.DELETED_BY_SELLER),
        ("admin_cancel", State.GONE, Reason.DELETED_BY_MARKETPLACE),
        ("on_holiday", State.UNKNOWN, Reason.UNKNOWN_STATUS),
    ],
)
def test_each_status_word_has_its_state(status: str, state: State, reason: Reason | None) -> None:
    seen = read(status=status)

    assert (seen.state, seen.reason, seen.raw_status) == (state, reason, status)


def test_an_auction_is_not_to_be_had_at_its_price() -> None:
    seen = read(auction_info={"state": "STATE_ONGOING", "expected_end_time": 1795600000, "total_bids": 3})

    assert (seen.state, seen.reason) == (State.UNBUYABLE, Reason.AUCTION_ONLY)
    assert (seen.price_kind, seen.bids) == (PriceKind.CURRENT_BID, 3)


def test_an_item_without_a_price_is_not_to_be_bought() -> None:
    seen = read(is_no_price=True, price=9999999)

    assert (seen.state, seen.reason) == (State.UNBUYABLE, Reason.NO_PRICE)
    assert (seen.price_jpy, seen.price_kind) == (None, PriceKind.NONE)


def test_the_fields_of_the_common_model_are_filled() -> None:
    seen = read()

    assert (seen.title, seen.price_jpy, seen.quantity) == ("カメラ", 5400, 1)
    assert (seen.seller_id, seen.seller_name, seen.seller_rating_good, seen.seller_rating_bad) == ("77", "売り手", 9, 1)
    assert (seen.shipping_payer, seen.shipping_cost_jpy) == ("seller", 0)
    assert seen.images == ("https://pictures/m12345678901_1.jpg",)
    assert seen.evidence.parser_version == "mercari-item/1"
    assert "status=on_sale" in seen.evidence.extract
    assert len(seen.evidence.body_sha256 or "") == 64


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"<html>just a moment</html>", Reason.BLOCKED),
        (b'{"result": "OK", "da', Reason.UNPARSABLE),
        (b"[]", Reason.UNPARSABLE),
        ({"result": "OK", "data": {}}, Reason.UNPARSABLE),
        (page(id="m99999999999"), Reason.UNPARSABLE),
        (page(status=None), Reason.UNPARSABLE),
        (page(price=None), Reason.UNPARSABLE),
        ({**page(), "result": "error"}, Reason.UNPARSABLE),
    ],
)
def test_an_answer_that_does_not_show_the_item_teaches_nothing(document: Any, reason: Reason) -> None:
    with pytest.raises(Fault) as caught:
        items.read(answer(document), "m12345678901")

    assert caught.value.reason is reason


NOT_FOUND = {"result": "error", "errors": [{"code": "RecordNotFoundException", "message": "x"}], "meta": {}}


def test_mercaris_own_not_found_is_gone_at_the_first_look() -> None:
    seen = items.read(answer(NOT_FOUND, 404), "m12345678901")

    assert (seen.state, seen.reason) == (State.GONE, Reason.NOT_FOUND)


@pytest.mark.parametrize("status", [200, 400, 403, 500])
def test_the_words_of_not_found_prove_nothing_under_another_status(status: int) -> None:
    with pytest.raises(Fault):
        items.read(answer(NOT_FOUND, status), "m12345678901")


NO_PRODUCT = {"code": 5, "message": "product not found", "requestId": "x", "details": None}


def test_shops_own_not_found_is_gone_at_the_first_look() -> None:
    seen = shops.read(answer(NO_PRODUCT, 404), SHOP_ID)

    assert (seen.state, seen.reason) == (State.GONE, Reason.NOT_FOUND)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"404 page not found", Reason.NOT_FOUND_UNPROVEN),
        (b"", Reason.NOT_FOUND_UNPROVEN),
        ({"code": 5, "message": "Not Found", "details": []}, Reason.NOT_FOUND_UNPROVEN),
        ({"code": 12, "message": "Method Not Allowed", "details": []}, Reason.NOT_FOUND_UNPROVEN),
        ({"code": "5", "message": "product not found"}, Reason.NOT_FOUND_UNPROVEN),
        ({"errors": []}, Reason.NOT_FOUND_UNPROVEN),
        ({**NOT_FOUND, "errors": [{"code": "InvalidArgument", "message": "x"}]}, Reason.NOT_FOUND_UNPROVEN),
        ({**NOT_FOUND, "errors": NOT_FOUND["errors"] * 2}, Reason.NOT_FOUND_UNPROVEN),
        ({**NOT_FOUND, "data": {"id": "m12345678901"}}, Reason.NOT_FOUND_UNPROVEN),
        (page(), Reason.NOT_FOUND_UNPROVEN),
        (b"<html><title>404</title>cloudflare</html>", Reason.BLOCKED),
    ],
)
def test_any_other_404_proves_nothing(document: Any, reason: Reason) -> None:
    for read_it, item_id in ((items.read, "m12345678901"), (shops.read, SHOP_ID)):
        with pytest.raises(Fault) as caught:
            read_it(answer(document, 404), item_id)

        assert caught.value.reason is reason


def test_the_words_of_one_route_prove_nothing_on_another() -> None:
    with pytest.raises(Fault):
        items.read(answer(NO_PRODUCT, 404), "m12345678901")
    with pytest.raises(Fault):
        shops.read(answer(NOT_FOUND, 404), SHOP_ID)


@pytest.mark.parametrize(
    "retyped",
    [{"is_no_price": each} for each in ("no", "yes", "false", 0, 1, [], {})]
    + [{"auction_info": each} for each in ("", "no", 0, False, True, [], [{}])],
)
def test_a_field_of_another_type_proves_nothing(retyped: dict[str, Any]) -> None:
    assert seller_page(row(1, "on_sale", **retyped)).items == {}
    with pytest.raises(Fault) as caught:
        read(**retyped)

    assert caught.value.reason is Reason.UNPARSABLE


def row(number: int, status: str, **changes: Any) -> dict[str, Any]:
    item_id = f"m{number:011}"
    return {
        "id": item_id,
        "seller": {"id": 77, "name": "売り手"},
        "status": status,
        "name": "物",
        "price": 1000 + number,
        "thumbnails": [f"https://pictures/{item_id}_1.jpg"],
        "pager_id": 9000 - number,
        **changes,
    }


def seller_page(*rows: dict[str, Any], has_next: bool = False) -> sellers.Page:
    document = {"result": "OK", "data": list(rows), "meta": {"has_next": has_next}}
    return sellers.read(answer(document), "77", {each["id"] for each in rows} | {"m99999999999"})


def test_a_sellers_list_answers_its_rows_and_nothing_else() -> None:
    listed = seller_page(row(1, "on_sale"), row(2, "trading"), row(3, "sold_out"), has_next=True)

    assert {item_id: seen.state for item_id, seen in listed.items.items()} == {
        "m00000000001": State.AVAILABLE,
        "m00000000002": State.SOLD,
        "m00000000003": State.SOLD,
    }
    assert listed.next_pager_id == 8996
    assert "seller 77" in listed.items["m00000000001"].evidence.extract


@pytest.mark.parametrize(
    "doubtful",
    [
        row(1, "on_vacation"),
        row(1, "on_sale", price=9999999),
        row(1, "on_sale", seller={"id": 78}),
        row(1, "sold_out", thumbnails=["https://pictures/m00000000002_1.jpg"]),
        row(1, "sold_out", thumbnails=[]),
    ],
)
def test_a_row_that_leaves_a_doubt_is_left_to_a_single_look(doubtful: dict[str, Any]) -> None:
    listed = seller_page(doubtful)

    assert listed.items == {}
    assert listed.seen == {"m00000000001"}


def test_a_row_of_the_newer_lists_tells_category_and_brand() -> None:
    category = {"name": "カメラ", "parent_category_name": "家電", "root_category_name": "スマホ・家電"}
    newer = {"item_category": None, "item_category_ntiers": category, "item_brand": {"id": 1, "name": "ソニー"}}
    above = [{"id": 1, "name": "家電・スマホ・カメラ"}, {"id": 2, "name": "カメラ"}]
    listed = seller_page(
        row(1, "on_sale", **newer, shipping_from_area={"id": 99, "name": "未定"}),
        row(2, "on_sale", **newer, parent_categories_ntiers=above, shipping_from_area={"id": 13, "name": "東京都"}),
        row(3, "on_sale", item_category=category),
    )
    first, second, third = listed.items.values()

    assert (first.category_path, first.brand, first.ships_from) == (("スマホ・家電", "家電", "カメラ"), "ソニー", None)
    assert second.category_path == ("家電・スマホ・カメラ", "カメラ", "カメラ")
    assert (second.ships_from, third.category_path, third.brand) == ("東京都", first.category_path, None)


def test_an_auction_in_a_sellers_list_is_not_to_be_had_at_its_price() -> None:
    listed = seller_page(row(1, "on_sale", auction_info={"state": "STATE_NO_BID"}))

    assert listed.items["m00000000001"].reason is Reason.AUCTION_ONLY
