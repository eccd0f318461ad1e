"""Orders at Amazon: what searchOrders of the Orders API 2026-01-01 shows of them, and what becomes of each."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jsonschema
import orjson
import pytest
from tests.unit.simulator.conftest import START
from tests.unit.simulator.test_buyers import HOUR, buy, one_piece, shown

from mercarich_simulator.sites.look import utc_text
from mercarich_simulator.state_file import restore, save

RECORDED = Path(os.environ.get("MERCARICH_RECORDED_DATA", "../shared/data"))
DAY = 24 * HOUR
ALL = "FULFILLMENT,CANCELLATION,PROCEEDS"


def search(sim: Any, seller_id: str, **asked: str) -> Any:
    """`asked`: the parameters; an empty one is left out."""
    query = {name: value for name, value in {"lastUpdatedAfter": utc_text(START), **asked}.items() if value}
    address = f"/spapi/orders/2026-01-01/orders?{urlencode(query)}"
    return sim.call("GET", address, headers=sim.token(seller_id))


def orders(sim: Any, seller_id: str, **asked: str) -> list[dict[str, Any]]:
    """Return the orders of all pages."""
    found: list[dict[str, Any]] = []
    token = ""
    while True:
        reply = search(sim, seller_id, paginationToken=token, **asked)
        assert reply.status == 200, reply
        answer = orjson.loads(reply.body)
        found += answer["orders"]
        token = answer.get("pagination", {}).get("nextToken", "")
        if not token:
            return found


def status(sim: Any, row: dict[str, Any]) -> str:
    (order,) = orders(sim, row["seller_id"], includedData=ALL)
    return str(order["fulfillment"]["fulfillmentStatus"])


def sellers(sim: Any) -> list[str]:
    return sorted({row["seller_id"] for row in sim.rows()})


def bought(sim: Any, **only: str) -> list[dict[str, Any]]:
    return [order for seller in sellers(sim) for order in orders(sim, seller, includedData=ALL, **only)]


def test_an_order_shows_two_minutes_after_its_change_and_only_to_its_seller(sim: Any) -> None:
    row = one_piece(sim)
    stranger = next(seller for seller in sellers(sim) if seller != row["seller_id"])
    buy(sim, row)
    sim.advance(60)
    assert orders(sim, row["seller_id"]) == []
    sim.advance(200)  # it is paid meanwhile, which is a change of its own
    (order,) = orders(sim, row["seller_id"])
    (item,) = order["orderItems"]
    assert (item["product"]["sellerSku"], item["quantityOrdered"]) == (row["sku"], 1)
    assert order["createdTime"] == utc_text(START)
    assert "fulfillment" not in order
    assert orders(sim, stranger) == []


def test_a_pending_order_has_no_price(begin: Any) -> None:
    sim = begin(listings=4_000, quota_factor=1_000.0, regretted_orders=0.0)
    for row in [row for row in sim.rows() if row["quantity"] == 1][:200]:
        buy(sim, row)
    sim.advance(240)
    found = bought(sim)
    of_status = {
        name: [order for order in found if order["fulfillment"]["fulfillmentStatus"] == name]
        for name in ("PENDING", "UNSHIPPED")
    }
    assert len(of_status["PENDING"]) > 10
    assert len(of_status["UNSHIPPED"]) > 100
    priced = {
        name: {"price" in order["orderItems"][0]["product"] for order in each} for name, each in of_status.items()
    }
    assert priced == {"PENDING": {False}, "UNSHIPPED": {True}}


def test_most_orders_are_shipped_and_some_are_cancelled_by_their_buyers_or_never_paid(begin: Any) -> None:
    sim = begin(listings=4_000, quota_factor=1_000.0, regretted_orders=0.1)
    rows = [row for row in sim.rows() if row["quantity"] == 1][:500]
    for row in rows:
        buy(sim, row)
    sim.advance(30 * DAY)
    assert 0 < sim.ledger()["orders_shipped_late"] < 30
    cancelled = sim.ledger()["orders_cancelled"]
    assert 25 < cancelled["buyer"] < 90
    assert 0 < cancelled["amazon"] < 30
    found = bought(sim)
    states = [order["fulfillment"]["fulfillmentStatus"] for order in found]
    assert len(states) == 500
    assert states.count("CANCELLED") == sum(cancelled.values())
    assert set(states) == {"SHIPPED", "CANCELLED"}
    told = [order["orderItems"][0].get("cancellation") for order in found]
    assert [one is not None for one in told] == [state == "CANCELLED" for state in states]
    assert {shown(sim, row) for row in rows} == {0}  # no cancellation gives a quantity back


def test_the_seller_cancels_an_order_whose_source_has_gone(begin: Any) -> None:
    sim = begin(regretted_orders=0.0, quota_factor=1_000.0)
    row = one_piece(sim)
    sim.happen(row, "suspended")
    buy(sim, row)
    sim.advance(2 * DAY)
    assert status(sim, row) == "CANCELLED"
    assert sim.ledger()["orders_cancelled"] == {"buyer": 0, "merchant": 1, "amazon": 0}


def test_an_order_is_met_by_the_source_that_the_offer_has_by_then(begin: Any) -> None:
    sim = begin(regretted_orders=0.0, quota_factor=1_000.0)
    row = one_piece(sim)
    sim.happen(row, "suspended")
    buy(sim, row)
    sim.advance(30)
    shelf = sim.simulator.world.catalogue
    place = {"marketplace": "mercari", "item_id": shelf.item_id("mercari", shelf.shelves["mercari"].sources + 3)}
    sim.json("POST", "/_sim/sources", {"sources": [place | {"seller_id": row["seller_id"], "sku": row["sku"]}]})
    sim.advance(2 * DAY)
    assert status(sim, row) == "SHIPPED"


def test_pages_hold_each_order_once(begin: Any) -> None:
    sim = begin(listings=4_000, quota_factor=1_000.0)
    seller = sellers(sim)[0]
    mine = [row for row in sim.rows() if row["seller_id"] == seller and row["quantity"] == 1][:60]
    for row in mine:
        buy(sim, row)
        sim.advance(1)
    sim.advance(DAY)
    found = orders(sim, seller, maxResultsPerPage="7", createdAfter=utc_text(START), lastUpdatedAfter="")
    assert sorted(order["orderItems"][0]["product"]["sellerSku"] for order in found) == sorted(
        row["sku"] for row in mine
    )
    later = utc_text(START + 30)
    assert len(orders(sim, seller, createdAfter=later, lastUpdatedAfter="")) == 30


@pytest.mark.parametrize(
    "wrong",
    [
        {"lastUpdatedAfter": ""},
        {"createdAfter": utc_text(START)},
        {"createdBefore": utc_text(START)},
        {"lastUpdatedBefore": utc_text(START)},
        {"lastUpdatedAfter": "yesterday"},
        {"lastUpdatedAfter": "2027-01-15T08:00:00"},
        {"maxResultsPerPage": "101"},
        {"paginationToken": "of another API"},
        {"includedData": "EVERYTHING"},
        {"fulfillmentStatuses": "LOST"},
        {"fulfilledBy": "ME"},
        {"since": utc_text(START)},
    ],
)
def test_a_wrong_request_is_refused(sim: Any, wrong: dict[str, str]) -> None:
    assert search(sim, one_piece(sim)["seller_id"], **wrong).status == 400


@pytest.mark.parametrize("name", ["BUYER", "RECIPIENT", "FULFILLMENT,PAYMENT"])
def test_personal_data_needs_a_role_that_the_application_lacks(sim: Any, name: str) -> None:
    assert search(sim, one_piece(sim)["seller_id"], includedData=name).status == 403


def test_one_poll_in_three_minutes_is_within_the_quota(sim: Any) -> None:
    seller = one_piece(sim)["seller_id"]
    replies = [search(sim, seller) for _ in range(21)]
    assert [reply.status for reply in replies] == [200] * 20 + [429]
    assert dict(replies[0].headers)["x-amzn-RateLimit-Limit"] == "0.0056"


def test_orders_go_on_where_they_were_after_a_restart(begin: Any, tmp_path: Path) -> None:
    whole, before, after = (begin(orders_per_hour=0.05, quota_factor=1_000.0) for _ in range(3))
    whole.advance(2 * HOUR)
    whole.advance(DAY)
    before.advance(2 * HOUR)
    save(before.simulator.world, tmp_path / "state.json")
    restore(after.simulator.world, orjson.loads((tmp_path / "state.json").read_bytes()))
    after.advance(DAY)
    assert len(bought(whole)) > 100
    assert bought(after) == bought(whole)


@pytest.mark.skipif(not (RECORDED / "spapi").is_dir(), reason="MERCARICH_RECORDED_DATA holds no official models")
def test_a_response_is_as_amazons_model_wants(begin: Any) -> None:
    sim = begin(orders_per_hour=0.05, quota_factor=1_000.0, regretted_orders=0.2)
    sim.advance(DAY)
    model = json.loads((RECORDED / "spapi" / "models" / "orders_2026-01-01.json").read_text("utf-8"))
    schema = {"$ref": "#/definitions/SearchOrdersResponse", "definitions": model["definitions"]}
    for seller in sellers(sim):
        answer = orjson.loads(search(sim, seller, includedData=ALL, maxResultsPerPage="5").body)
        assert answer["orders"]
        assert answer["pagination"]
        jsonschema.validate(answer, schema, cls=jsonschema.Draft4Validator)
    asked = {parameter["name"] for parameter in model["paths"]["/orders/2026-01-01/orders"]["get"]["parameters"]}
    assert asked == {
        *("createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore", "fulfillmentStatuses"),
        *("marketplaceIds", "fulfilledBy", "maxResultsPerPage", "paginationToken", "includedData"),
    }


def get(sim: Any, seller_id: str, order_id: str, **asked: str) -> Any:
    address = f"/spapi/orders/2026-01-01/orders/{order_id}?{urlencode(asked)}"
    return sim.call("GET", address, headers=sim.token(seller_id))


def told(sim: Any, **asked: object) -> list[dict[str, Any]]:
    """Return the notifications that are due."""
    reply = sim.call("POST", "/_sim/notifications", body=orjson.dumps(asked))
    assert reply.status == 200, reply
    bodies: list[dict[str, Any]] = orjson.loads(reply.body)["bodies"]
    return bodies


def test_an_order_shows_by_its_id_as_soon_as_amazon_has_told_of_it_and_only_to_its_seller(sim: Any) -> None:
    row = one_piece(sim)
    stranger = next(seller for seller in sellers(sim) if seller != row["seller_id"])
    told(sim, lost=0, twice=0, late=0)
    buy(sim, row)
    assert told(sim) == []
    sim.advance(4)
    change = told(sim)[0]["Payload"]["OrderChangeNotification"]
    assert (change["SellerId"], change["Summary"]["OrderItems"][0]["SellerSKU"]) == (row["seller_id"], row["sku"])
    order_id = change["AmazonOrderId"]
    order = orjson.loads(get(sim, row["seller_id"], order_id, includedData=ALL).body)["order"]
    assert (order["orderId"], order["orderItems"][0]["product"]["sellerSku"]) == (order_id, row["sku"])
    assert orders(sim, row["seller_id"]) == []
    assert [get(sim, seller, order_id).status for seller in (row["seller_id"], stranger)] == [200, 404]
    assert get(sim, row["seller_id"], order_id, includedData="BUYER").status == 403
    assert get(sim, row["seller_id"], order_id, includedData="NOTHING").status == 400


def test_a_notification_comes_in_eventbridges_envelope_and_wrong_chances_are_refused(sim: Any) -> None:
    told(sim, lost=0, twice=1, late=0)
    buy(sim, one_piece(sim))
    sim.advance(4)
    first, second = [one for one in told(sim, eventbridge=True) if one["detail"]][:2]
    assert first["detail-type"] == first["detail"]["NotificationType"] == "ORDER_CHANGE"
    assert first["detail"]["NotificationMetadata"]["NotificationId"] == second["id"]
    assert sim.call("POST", "/_sim/notifications", body=b'{"lost": 2}').status == 400


@pytest.mark.skipif(not RECORDED.exists(), reason="MERCARICH_RECORDED_DATA holds no official models")
def test_notifications_and_single_orders_are_as_amazons_models_want(begin: Any) -> None:
    sim = begin(orders_per_hour=0.02, quota_factor=1_000.0, regretted_orders=0.2)
    sim.advance(DAY)
    bodies = told(sim)
    schema = json.loads((RECORDED / "spapi" / "schemas/notifications/OrderChangeNotification.json").read_text("utf-8"))
    model = json.loads((RECORDED / "spapi" / "models" / "orders_2026-01-01.json").read_text("utf-8"))
    answer = {"$ref": "#/definitions/GetOrderResponse", "definitions": model["definitions"]}
    assert bodies
    for body in bodies[:200]:
        jsonschema.validate(body, schema)
        change = body["Payload"]["OrderChangeNotification"]
        reply = get(sim, change["SellerId"], change["AmazonOrderId"], includedData=ALL)
        jsonschema.validate(orjson.loads(reply.body), answer, cls=jsonschema.Draft4Validator)
