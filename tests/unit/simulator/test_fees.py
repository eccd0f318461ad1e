"""getMyFeesEstimates: a fee by the category of the goods, entries that fail by themselves, and its own quota."""

import json
from typing import Any

import jsonschema
import orjson
import pytest
from tests.unit.simulator.test_amazon import RECORDED, needs_models

from mercarich_simulator.amazon.fees import CLOSING_JPY, LEAST_JPY
from mercarich_simulator.web import Reply

ADDRESS = "/spapi/products/fees/v0/feesEstimate"


def entry(sku: str, price: float = 10_000, **changes: Any) -> dict[str, Any]:
    asked = {
        "MarketplaceId": "A1VC38T7YXB528",
        "Identifier": f"id of {sku}",
        "IsAmazonFulfilled": False,
        "PriceToEstimateFees": {"ListingPrice": {"CurrencyCode": "JPY", "Amount": price}},
    }
    return {"IdType": "SellerSKU", "IdValue": sku, "FeesEstimateRequest": {**asked, **changes}}


def ask(sim: Any, seller_id: str, body: Any) -> Reply:
    reply: Reply = sim.call("POST", ADDRESS, body, sim.token(seller_id))
    return reply


def estimates(sim: Any, seller_id: str, *entries: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the results by SKU, each call when the quota allows it."""
    sim.advance(2)
    reply = ask(sim, seller_id, list(entries))
    assert reply.status == 200, reply
    return {result["FeesEstimateIdentifier"]["IdValue"]: result for result in orjson.loads(reply.body)}


def row_of(sim: Any, thing: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in sim.rows() if thing in row["title"])
    return found


def parts(result: dict[str, Any]) -> dict[str, float]:
    return {each["FeeType"]: each["FinalFee"]["Amount"] for each in result["FeesEstimate"]["FeeDetailList"]}


@pytest.mark.parametrize(
    ("thing", "price", "referral", "closing"),
    [
        ("デジタルカメラ", 10_000, 800, 0),
        ("フィギュア", 10_000, 1_000, 0),
        ("フィギュア", 299, LEAST_JPY, 0),
        ("写真集", 10_000, 1_500, CLOSING_JPY),
        ("写真集", 100, 15, CLOSING_JPY),
    ],
)
def test_a_fee_is_a_share_by_category_with_a_least_fee_and_media_have_a_closing_fee(
    sim: Any, thing: str, price: int, referral: int, closing: int
) -> None:
    row = row_of(sim, thing)
    result = estimates(sim, row["seller_id"], entry(row["sku"], price))[row["sku"]]
    assert parts(result) == {"ReferralFee": referral, "VariableClosingFee": closing, "PerItemFee": 0}
    assert result["FeesEstimate"]["TotalFeesEstimate"] == {"CurrencyCode": "JPY", "Amount": referral + closing}
    assert result["FeesEstimateIdentifier"]["SellerInputIdentifier"] == f"id of {row['sku']}"


def test_an_entry_fails_by_itself_and_the_order_is_not_that_of_the_request(sim: Any) -> None:
    rows = [row for row in sim.rows() if row["username"] == "seller001"][:18]
    wrong = [entry("NO-SUCH-SKU"), entry(rows[0]["sku"], price=0)]
    skus = [row["sku"] for row in rows]
    sim.advance(2)
    reply = ask(sim, rows[0]["seller_id"], [*wrong, *(entry(sku) for sku in skus[1:])])
    results = orjson.loads(reply.body)
    assert [result["FeesEstimateIdentifier"]["IdValue"] for result in results] != [wrong[0]["IdValue"], *skus]
    statuses = {result["FeesEstimateIdentifier"]["IdValue"]: result["Status"] for result in results}
    assert statuses == {"NO-SUCH-SKU": "ClientError", skus[0]: "ClientError"} | dict.fromkeys(skus[1:], "Success")


@pytest.mark.parametrize(
    ("kind", "status"), [("invalid_in_200", "ClientError"), ("failed_in_200", "ServerError"), ("ignored_200", None)]
)
def test_a_fault_hits_one_entry(sim: Any, kind: str, status: str | None) -> None:
    hit, other = [row for row in sim.rows() if row["username"] == "seller001"][:2]
    sim.json("POST", "/_sim/faults", {"target": "spapi", "kind": kind, "only": [hit["sku"]]})
    found = estimates(sim, hit["seller_id"], entry(hit["sku"]), entry(other["sku"]))
    assert found[other["sku"]]["Status"] == "Success"
    assert found.get(hit["sku"], {}).get("Status") == status


@pytest.mark.parametrize(
    "body",
    [
        {"IdType": "SellerSKU"},
        [],
        [entry("A")] * 21,
        [entry("A"), {"IdType": "SellerSKU", "IdValue": "B"}],
        [entry("A", Identifier=None)],
        [entry("A", PriceToEstimateFees={})],
        [{**entry("A"), "IdType": "EAN"}],
        b"[",
    ],
)
def test_a_request_that_is_not_as_documented_is_refused_as_a_whole(sim: Any, body: Any) -> None:
    seller_id = sim.rows()[0]["seller_id"]
    assert ask(sim, seller_id, body).status == 400


def test_an_asin_is_taken_too(sim: Any) -> None:
    row = row_of(sim, "リール")
    address = f"/spapi/listings/2021-08-01/items/{row['seller_id']}/{row['sku']}?marketplaceIds=A1VC38T7YXB528"
    asin = sim.json("GET", address, headers=sim.token(row["seller_id"]))["summaries"][0]["asin"]
    found = estimates(sim, row["seller_id"], {**entry(asin), "IdType": "ASIN"})
    assert parts(found[asin])["ReferralFee"] == 1_000


def test_one_call_in_two_seconds_is_allowed(sim: Any) -> None:
    row = sim.rows()[0]
    codes = [ask(sim, row["seller_id"], [entry(row["sku"])]).status for _ in range(2)]
    sim.advance(2)
    assert [*codes, ask(sim, row["seller_id"], [entry(row["sku"])]).status] == [200, 429, 200]
    assert sim.ledger()["quota_429"] == {"getMyFeesEstimates": 1}


@needs_models
def test_a_response_is_as_amazons_model_wants(sim: Any) -> None:
    row = sim.rows()[0]
    found = estimates(sim, row["seller_id"], entry(row["sku"]), entry("NO-SUCH-SKU"))
    model = json.loads((RECORDED / "spapi" / "models" / "productFeesV0.json").read_text("utf-8"))
    schema = {"$ref": "#/definitions/GetMyFeesEstimatesResponse", "definitions": model["definitions"]}
    jsonschema.validate(list(found.values()), schema, cls=jsonschema.Draft4Validator)
