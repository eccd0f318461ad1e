"""searchListingsItems: up to twenty SKUs in a call, pages, filters, and its own quota."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import jsonschema
import orjson
import pytest
from tests.unit.simulator.conftest import START
from tests.unit.simulator.test_amazon import RECORDED, needs_models

from mercarich_simulator.web import Reply


def search(sim: Any, seller_id: str, **query: Any) -> Reply:
    values = {"marketplaceIds": "A1VC38T7YXB528"} | {name: str(value) for name, value in query.items()}
    text = "&".join(f"{name}={quote(value)}" for name, value in values.items())
    reply: Reply = sim.call("GET", f"/spapi/listings/2021-08-01/items/{seller_id}?{text}", headers=sim.token(seller_id))
    return reply


def found(sim: Any, seller_id: str, **query: Any) -> list[str]:
    reply = search(sim, seller_id, **query)
    assert reply.status == 200, reply
    return [item["sku"] for item in orjson.loads(reply.body)["items"]]


def mine(sim: Any) -> tuple[str, list[str]]:
    """Return a seller and their SKUs."""
    rows = [row for row in sim.rows() if row["username"] == "seller001"]
    return rows[0]["seller_id"], [row["sku"] for row in rows]


def test_twenty_skus_are_told_in_one_call_and_what_does_not_exist_is_left_out(sim: Any) -> None:
    seller, skus = mine(sim)
    asked = [*skus[:19], "NO-SUCH-SKU"]
    reply = search(
        sim,
        seller,
        identifiersType="SKU",
        identifiers=",".join(asked),
        pageSize=20,
        includedData="fulfillmentAvailability",
    )
    answer = orjson.loads(reply.body)
    assert {item["sku"] for item in answer["items"]} == set(skus[:19])
    assert answer["numberOfResults"] == 19
    assert all(item.keys() == {"sku", "fulfillmentAvailability"} for item in answer["items"])
    assert "pagination" not in answer


def test_a_sellers_offers_are_paged_through_and_each_is_told_once(sim: Any) -> None:
    seller, skus = mine(sim)
    told: list[str] = []
    query: dict[str, Any] = {"sortBy": "sku", "sortOrder": "ASC", "pageSize": 20}
    for _ in range(6):
        answer = orjson.loads(search(sim, seller, **query).body)
        told += [item["sku"] for item in answer["items"]]
        if "nextToken" not in answer["pagination"]:
            break
        query["pageToken"] = answer["pagination"]["nextToken"]
        sim.advance(1)
    assert told == sorted(skus)
    assert answer["numberOfResults"] == len(skus)
    query["pageToken"] = answer["pagination"]["previousToken"]
    assert found(sim, seller, **query) == told[-40:-20]


def test_a_page_has_ten_items_and_begins_with_the_last_change(sim: Any) -> None:
    seller, skus = mine(sim)
    sim.advance(60)
    sim.patch({"seller_id": seller, "sku": skus[7]}, 9)
    page = found(sim, seller)
    assert (len(page), page[0]) == (10, skus[7])


def test_filters_choose_by_status_issue_and_time(sim: Any) -> None:
    seller, skus = mine(sim)
    sim.advance(60)
    sim.patch({"seller_id": seller, "sku": skus[0]}, 0)
    trouble = {"seller_id": seller, "sku": skus[1], "issue": {"code": "1", "message": "no"}}
    sim.json("POST", "/_sim/offers", {"offers": [trouble]})
    assert set(found(sim, seller, withoutStatus="BUYABLE")) == {skus[0], skus[1]}
    assert not {skus[0], skus[1]} & set(found(sim, seller, withStatus="BUYABLE,DISCOVERABLE", pageSize=20))
    assert found(sim, seller, withIssueSeverity="ERROR") == [skus[1]]
    assert found(sim, seller, withIssueSeverity="WARNING") == []
    since = datetime.fromtimestamp(START + 30, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    sim.advance(5)
    assert found(sim, seller, lastUpdatedAfter=since) == [skus[0]]
    assert found(sim, seller, createdAfter=since) == []


def test_a_deleted_offer_is_not_found_and_one_that_was_put_is(sim: Any) -> None:
    seller, skus = mine(sim)
    sim.json("POST", "/_sim/offers", {"offers": [{"seller_id": seller, "sku": skus[0], "deleted": True}]})
    address = f"/spapi/listings/2021-08-01/items/{seller}/OWN-1?marketplaceIds=A1VC38T7YXB528"
    sim.call("PUT", address, {"productType": "P", "attributes": {}}, sim.token(seller))
    assert found(sim, seller, identifiersType="SKU", identifiers=f"{skus[0]},OWN-1") == ["OWN-1"]
    assert orjson.loads(search(sim, seller).body)["numberOfResults"] == len(skus)


@pytest.mark.parametrize(
    "query",
    [
        {"identifiers": "a"},
        {"identifiersType": "SKU"},
        {"identifiersType": "SKU", "identifiers": ",".join(f"S{n}" for n in range(21))},
        {"pageSize": 21},
        {"pageSize": 0},
        {"pageSize": "many"},
        {"pageToken": "of somebody else"},
        {"sortBy": "price"},
        {"createdAfter": "yesterday"},
        {"marketplaceIds": "ATVPDKIKX0DER"},
    ],
)
def test_a_wrong_request_is_400(sim: Any, query: dict[str, Any]) -> None:
    assert search(sim, mine(sim)[0], **query).status == 400


def test_a_strangers_offers_are_403_and_the_quota_is_five_a_second(sim: Any) -> None:
    seller, _ = mine(sim)
    stranger = next(row["seller_id"] for row in sim.rows() if row["seller_id"] != seller)
    address = f"/spapi/listings/2021-08-01/items/{stranger}?marketplaceIds=A1VC38T7YXB528"
    assert sim.call("GET", address, headers=sim.token(seller)).status == 403
    replies = [search(sim, stranger) for _ in range(6)]
    assert [reply.status for reply in replies] == [200] * 5 + [429]
    assert sim.ledger()["quota_429"] == {"searchListingsItems": 1}


@needs_models
def test_an_answer_is_as_amazons_model_wants(sim: Any) -> None:
    seller, skus = mine(sim)
    trouble = {"seller_id": seller, "sku": skus[0], "issue": {"code": "1", "message": "no"}}
    sim.json("POST", "/_sim/offers", {"offers": [trouble]})
    parts = "summaries,attributes,issues,offers,fulfillmentAvailability"
    asked = {"identifiersType": "SKU", "identifiers": ",".join(skus[:10])}
    answer = orjson.loads(search(sim, seller, **asked, includedData=parts).body)
    assert any(item["issues"] for item in answer["items"])
    model = json.loads((RECORDED / "spapi" / "models" / "listingsItems_2021-08-01.json").read_text("utf-8"))
    schema = {"$ref": "#/definitions/ItemSearchResults", "definitions": model["definitions"]}
    jsonschema.validate(answer, schema, cls=jsonschema.Draft4Validator)
