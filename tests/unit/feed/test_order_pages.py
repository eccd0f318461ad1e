"""Responses of searchOrders, and which period of orders is read next."""

import json
import os
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mercarich_contracts.orders import Canceller, OrderStatus
from mercarich_db.tables import order_items
from mercarich_feed.adapters.order_pages import DATA_SETS, query, read
from mercarich_feed.domain.answers import Transient
from mercarich_feed.domain.orders import EVERY, HISTORY, LONGEST, OVERLAP, OrderItem, Period, next_period

MODELS = Path(os.environ.get("MERCARICH_RECORDED_DATA", "../shared/data")) / "spapi" / "models"
MODEL = MODELS / "orders_2026-01-01.json"
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PERSONAL = {"BUYER", "RECIPIENT", "PACKAGES", "TAX", "PAYMENT"}
IMPERSONAL = {"PROCEEDS", "EXPENSE", "PROMOTION", "FULFILLMENT_ORDERS"}
"""Not needed."""
needs_model = pytest.mark.skipif(not MODEL.exists(), reason="MERCARICH_RECORDED_DATA holds no official models")


def order(**changes: Any) -> dict[str, Any]:
    """Return an order of one SKU as Amazon tells it."""
    return {
        "orderId": "503-1234567-1234567",
        "createdTime": "2026-11-29T11:00:00Z",
        "lastUpdatedTime": "2026-11-29T11:05:00Z",
        "salesChannel": {"channelName": "AMAZON"},
        "fulfillment": {
            "fulfillmentStatus": "UNSHIPPED",
            "shipByWindow": {"latestDateTime": "2026-12-02T14:59:59Z"},
        },
        "orderItems": [
            {
                "orderItemId": "12345678901234",
                "quantityOrdered": 2,
                "product": {
                    "asin": "B000000001",
                    "sellerSku": "SKU-1",
                    "price": {"unitPrice": {"amount": "1280.00", "currencyCode": "JPY"}},
                },
            }
        ],
        **changes,
    }


def page(*orders: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"orders": list(orders), "lastUpdatedBefore": "2026-11-29T11:58:00Z", **more}


def test_an_order_is_read_with_what_its_seller_needs() -> None:
    found = read(page(order(), pagination={"nextToken": "next"}), NOW)
    (item,) = found.items
    assert (item.order_id, item.order_item_id) == ("503-1234567-1234567", "12345678901234")
    assert (item.sku, item.asin, item.quantity, item.price_jpy) == ("SKU-1", "B000000001", 2, 1280)
    assert (item.status, item.cancelled_by) == (OrderStatus.UNSHIPPED, None)
    assert item.ordered_at == datetime(2026, 11, 29, 11, tzinfo=UTC)
    assert item.changed_at == datetime(2026, 11, 29, 11, 5, tzinfo=UTC)
    assert item.ship_by == datetime(2026, 12, 2, 14, 59, 59, tzinfo=UTC)
    assert (found.until, found.next_token) == (datetime(2026, 11, 29, 11, 58, tzinfo=UTC), "next")


def test_each_sku_of_an_order_is_an_item_of_its_own() -> None:
    one = order()["orderItems"][0]
    found = read(page(order(orderItems=[one, {**one, "orderItemId": "2"}])), NOW)
    assert [item.order_item_id for item in found.items] == ["12345678901234", "2"]


def test_what_amazon_does_not_tell_is_unknown() -> None:
    bare = order(fulfillment=None, orderItems=[{"orderItemId": "1", "quantityOrdered": 1, "product": {}}])
    (item,) = read(page(bare), NOW).items
    assert (item.sku, item.asin, item.price_jpy, item.ship_by) == (None, None, None, None)
    assert item.status is OrderStatus.UNKNOWN
    (later,) = read(page(order(fulfillment={"fulfillmentStatus": "TELEPORTED"})), NOW).items
    assert later.status is OrderStatus.UNKNOWN


def test_a_price_in_another_currency_is_none_in_yen() -> None:
    product = {"sellerSku": "SKU-1", "price": {"unitPrice": {"amount": "12.80", "currencyCode": "USD"}}}
    (item,) = read(page(order(orderItems=[{"orderItemId": "1", "quantityOrdered": 1, "product": product}])), NOW).items
    assert item.price_jpy is None


@pytest.mark.parametrize(("told", "known"), [("BUYER", Canceller.BUYER), ("MERCHANT", Canceller.MERCHANT), ("X", None)])
def test_who_cancelled_is_read(told: str, known: Canceller | None) -> None:
    execution = {"cancellationExecution": {"cancelledBy": told}}
    cancelled = {"orderItemId": "1", "quantityOrdered": 1, "product": {}, "cancellation": execution}
    (item,) = read(page(order(orderItems=[cancelled])), NOW).items
    assert item.cancelled_by is known


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"orders": None},
        {"orders": [{}]},
        page(order(createdTime="yesterday")),
        page(order(orderItems=[{"orderItemId": "1", "quantityOrdered": "many", "product": {}}])),
    ],
)
def test_a_response_that_is_not_as_documented_is_no_page(broken: dict[str, Any]) -> None:
    with pytest.raises(Transient):
        read(broken, NOW)


def test_a_response_without_an_end_was_complete_when_it_was_asked_for() -> None:
    assert read({"orders": []}, NOW).until == NOW


@needs_model
def test_amazons_own_example_is_read() -> None:
    model = json.loads(MODEL.read_text("utf-8"))
    responses = model["paths"]["/orders/2026-01-01/orders"]["get"]["responses"]
    found = read(responses["200"]["examples"]["application/json"], NOW)
    assert len(found.items) > 1
    assert {item.status for item in found.items} <= set(OrderStatus) - {OrderStatus.UNKNOWN}
    assert all(item.sku and item.ordered_at.tzinfo for item in found.items)


@needs_model
def test_each_status_and_each_parameter_is_one_of_amazons() -> None:
    model = json.loads(MODEL.read_text("utf-8"))
    statuses = {name.lower() for name in model["definitions"]["FulfillmentStatus"]["enum"]}
    assert statuses == {status.value for status in OrderStatus} - {OrderStatus.UNKNOWN}
    parameters = {one["name"]: one for one in model["paths"]["/orders/2026-01-01/orders"]["get"]["parameters"]}
    asked = query(Period(NOW, NOW + LONGEST), "A1VC38T7YXB528", "token")
    assert asked.keys() <= parameters.keys()
    assert set(DATA_SETS.split(",")) <= set(parameters["includedData"]["items"]["enum"])


def test_no_data_of_buyers_is_asked_for() -> None:
    asked = query(Period(NOW, NOW + LONGEST), "A1VC38T7YXB528", "token")
    assert set(asked["includedData"].split(",")) == {"FULFILLMENT", "CANCELLATION"}


@needs_model
def test_each_data_set_of_amazon_is_known_to_have_personal_data_or_none() -> None:
    model = json.loads(MODEL.read_text("utf-8"))
    parameters = {one["name"]: one for one in model["paths"]["/orders/2026-01-01/orders"]["get"]["parameters"]}
    assert set(parameters["includedData"]["items"]["enum"]) == PERSONAL | IMPERSONAL | set(DATA_SETS.split(","))


def _everything(model: dict[str, Any], schema: dict[str, Any], path: str, left: int = 12) -> Any:
    """Return what the schema allows, with each text saying where it stands."""
    if "$ref" in schema:
        return _everything(model, model["definitions"][schema["$ref"].rpartition("/")[2]], path, left - 1)
    if left < 0:
        return None
    if schema.get("type") == "array":
        return [_everything(model, schema["items"], path, left)]
    if "properties" in schema:
        its = schema["properties"].items()
        return {name: _everything(model, one, f"{path}.{name}".lstrip("."), left) for name, one in its}
    return 1 if schema.get("type") in ("integer", "number") else f"<{path}>"


@needs_model
def test_of_all_that_an_order_may_have_only_what_is_not_about_the_buyer_is_read() -> None:
    """Everything that Amazon's model knows comes with the response, asked for or not."""
    model = json.loads(MODEL.read_text("utf-8"))
    full = _everything(model, model["definitions"]["Order"], "")
    assert full["recipient"]["deliveryAddress"]["name"] == "<recipient.deliveryAddress.name>"
    assert "giftMessage" in full["orderItems"][0]["fulfillment"]["packing"]["giftOption"]
    full |= {"createdTime": "2026-11-29T11:00:00Z", "lastUpdatedTime": "2026-11-29T11:05:00Z"}
    full["fulfillment"]["shipByWindow"]["latestDateTime"] = "2026-12-02T14:59:59Z"
    full["orderItems"][0]["product"]["price"]["unitPrice"] = {"amount": "1280.00", "currencyCode": "JPY"}

    (item,) = read(page(full), NOW).items

    texts = {value for value in asdict(item).values() if isinstance(value, str) and value.startswith("<")}
    assert texts == {
        "<orderId>",
        "<orderItems.orderItemId>",
        "<orderItems.product.sellerSku>",
        "<orderItems.product.asin>",
    }
    numbers_and_times = {name for name, value in asdict(item).items() if not isinstance(value, str)}
    assert numbers_and_times == {
        *("quantity", "unfulfilled", "price_jpy", "cancelled_by"),
        *("ordered_at", "changed_at", "ship_by"),
    }


def test_what_is_stored_of_an_order_is_what_is_read_and_nothing_about_its_buyer() -> None:
    """A new column needs a decision, here and in docs/retention.md."""
    ours = {"id", "user_id", "seller_id", "shipped_at", "seen_at", "listing_id", "source_item_id"}
    assert {column.name for column in order_items.columns} == {field.name for field in fields(OrderItem)} | ours


def test_the_first_reads_go_through_the_past_a_day_at_a_time() -> None:
    period = next_period(None, NOW)
    assert period == Period(NOW - HISTORY, NOW - HISTORY + LONGEST)
    read_so_far = 0
    while period.until is not None:
        read_so_far += 1
        period = next_period(period.until, NOW)
    assert read_so_far == HISTORY / LONGEST
    assert period.since < NOW - OVERLAP / 2


def test_later_reads_overlap_the_one_before() -> None:
    assert next_period(NOW - EVERY, NOW) == Period(NOW - EVERY - OVERLAP, None)
