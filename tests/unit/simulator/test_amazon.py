"""Amazon's side: tokens, quotas, patches, and the life of a feed on a clock that the test moves."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

RECORDED = Path(os.environ.get("MERCARICH_RECORDED_DATA", "../shared/data"))
needs_models = pytest.mark.skipif(
    not (RECORDED / "spapi").is_dir(), reason="MERCARICH_RECORDED_DATA holds no official models"
)


def row_of(sim: Any, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = sim.rows()[number]
    return found


def listing(sim: Any, row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = sim.json("GET", f"/_sim/offers/{row['seller_id']}/{row['sku']}")
    return found


def test_a_patch_changes_what_amazon_shows(sim: Any) -> None:
    row = row_of(sim)
    answer = orjson.loads(sim.patch(row, 0).body)
    assert (answer["sku"], answer["status"], answer["issues"]) == (row["sku"], "ACCEPTED", [])
    address = (
        f"/spapi/listings/2021-08-01/items/{row['seller_id']}/{row['sku']}"
        "?marketplaceIds=A1VC38T7YXB528&includedData=fulfillmentAvailability,summaries,issues"
    )
    shown = sim.json("GET", address, headers=sim.token(row["seller_id"]))
    assert shown["fulfillmentAvailability"] == [{"fulfillmentChannelCode": "DEFAULT", "quantity": 0}]
    assert shown["summaries"][0]["status"] == ["DISCOVERABLE"]


@pytest.mark.parametrize("quantity", [-1, "0", None, 1.5, True])
def test_a_quantity_that_is_no_count_is_invalid_inside_200(sim: Any, quantity: Any) -> None:
    reply = sim.patch(row_of(sim), quantity)
    assert reply.status == 200
    assert orjson.loads(reply.body)["status"] == "INVALID"
    assert listing(sim, row_of(sim))["changes"] == []


def test_writes_of_an_unknown_sku_are_accepted_and_change_nothing_and_only_a_get_tells(
    sim: Any, quantity_messages: Any
) -> None:
    row = {**row_of(sim), "sku": "YA-9999999"}
    token = sim.token(row["seller_id"])
    address = f"/spapi/listings/2021-08-01/items/{row['seller_id']}/{row['sku']}?marketplaceIds=A1VC38T7YXB528"
    for reply in (sim.patch(row, 1), sim.call("DELETE", address, headers=token)):
        answer = orjson.loads(reply.body)
        assert (reply.status, answer["status"], answer["issues"]) == (200, "ACCEPTED", [])
    feed_id = sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 1)))
    sim.advance(60)
    report = orjson.loads(sim.report(row["seller_id"], sim.feed(row["seller_id"], feed_id))[1])
    assert (report["issues"], report["summary"]["messagesAccepted"]) == ([], 1)
    assert sim.call("GET", address, headers=token).status == 404
    assert sim.ledger()["offers"] == 400


def test_a_strangers_listing_is_403(sim: Any) -> None:
    row = row_of(sim)
    other = next(one for one in sim.rows() if one["seller_id"] != row["seller_id"])
    address = f"/spapi/listings/2021-08-01/items/{other['seller_id']}/{other['sku']}?marketplaceIds=A1VC38T7YXB528"
    assert sim.call("GET", address, headers=sim.token(row["seller_id"])).status == 403


def test_a_put_makes_an_offer_and_a_delete_ends_it(sim: Any) -> None:
    seller = row_of(sim)["seller_id"]
    row = {"seller_id": seller, "sku": "OWN-1"}
    address = f"/spapi/listings/2021-08-01/items/{seller}/OWN-1?marketplaceIds=A1VC38T7YXB528"
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": 2}]
    body = {"productType": "PRODUCT", "attributes": {"fulfillment_availability": value}}
    assert orjson.loads(sim.call("PUT", address, body, sim.token(seller)).body)["status"] == "ACCEPTED"
    assert listing(sim, row)["quantity"] == 2
    assert sim.call("DELETE", address, headers=sim.token(seller)).status == 200
    assert sim.call("GET", address, headers=sim.token(seller)).status == 404
    assert sim.patch(row, 1).status == 200
    assert listing(sim, row)["quantity"] == 0


def test_the_burst_is_five_patches_and_the_rate_five_in_a_second(sim: Any) -> None:
    row = row_of(sim)
    token = sim.token(row["seller_id"])
    seller, quotas, wall = row["seller_id"], sim.simulator.world.quotas, sim.simulator.world.clock.wall()
    taken = [quotas.take(seller, "patchListingsItem", wall) for _ in range(7)]
    assert taken == [True] * 5 + [False] * 2
    assert [quotas.take(seller, "patchListingsItem", wall + 0.21) for _ in range(2)] == [True, False]
    assert quotas.take("another", "patchListingsItem", wall)
    reply = sim.call("GET", "/spapi/feeds/2021-06-30/feeds", headers=token)
    assert ("x-amzn-RateLimit-Limit", "0.0222") in reply.headers


def test_an_exhausted_quota_answers_429_with_amazons_words_and_counts(sim: Any) -> None:
    row = row_of(sim)
    sim.json("POST", "/_sim/quotas", {"factor": 0.001})
    replies = [sim.patch(row, 0) for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 429, 429]
    assert orjson.loads(replies[1].body)["errors"][0]["code"] == "QuotaExceeded"
    assert ("x-amzn-RateLimit-Limit", "0.005") in replies[1].headers
    assert sim.ledger()["quota_429"] == {"patchListingsItem": 2}


def test_only_five_feeds_are_taken_in_five_minutes(sim: Any, quantity_messages: Any) -> None:
    row = row_of(sim)
    for _ in range(5):
        sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 0)))
    with pytest.raises(AssertionError, match="429"):
        sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 0)))
    sim.advance(301)
    sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 0)))


@pytest.mark.parametrize(
    ("field", "value", "status", "code"),
    [
        ("refresh_token", "Atzr%7Cwrong", 400, "invalid_grant"),
        ("client_secret", "wrong", 401, "invalid_client"),
        ("refresh_token", "", 400, "invalid_request"),
    ],
)
def test_lwa_tells_a_revoked_token_from_a_wrong_client(
    sim: Any, field: str, value: str, status: int, code: str
) -> None:
    seed = sim.json("GET", "/_sim/seed")
    form = {"grant_type": "refresh_token", **seed["lwa"], "refresh_token": seed["sellers"][0]["refresh_token"]}
    form[field] = value
    body = "&".join(f"{name}={text.replace('|', '%7C')}" for name, text in form.items())
    reply = sim.call("POST", "/lwa/auth/o2/token", body.encode())
    assert (reply.status, orjson.loads(reply.body)["error"]) == (status, code)


def test_an_access_token_is_good_for_an_hour(sim: Any) -> None:
    row = row_of(sim)
    token = sim.token(row["seller_id"])
    address = "/spapi/sellers/v1/marketplaceParticipations"
    assert sim.json("GET", address, headers=token)["payload"][0]["participation"]["isParticipating"]
    sim.advance(3_601)
    reply = sim.call("GET", address, headers=token)
    assert (reply.status, orjson.loads(reply.body)["errors"][0]["code"]) == (403, "Unauthorized")
    assert sim.call("GET", address).status == 403


def test_a_feed_is_queued_worked_on_and_done_and_works_only_then(sim: Any, quantity_messages: Any) -> None:
    row = row_of(sim)
    feed_id = sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 0), ("YA-0000001", -1)))
    assert sim.feed(row["seller_id"], feed_id)["processingStatus"] == "IN_QUEUE"
    sim.advance(6)
    assert sim.feed(row["seller_id"], feed_id)["processingStatus"] == "IN_PROGRESS"
    assert listing(sim, row)["quantity"] == row["quantity"]
    sim.advance(60)
    feed = sim.feed(row["seller_id"], feed_id)
    assert feed["processingStatus"] == "DONE"
    offer = listing(sim, row)
    assert offer["quantity"] == 0
    assert offer["changes"][0]["at"] == 1_800_000_015.0
    report = orjson.loads(sim.report(row["seller_id"], feed)[1])
    assert report["summary"]["messagesAccepted"] == 1
    assert [(issue["messageId"], issue["sku"]) for issue in report["issues"]] == [(2, "YA-0000001")]


def test_a_feed_can_be_cancelled_only_while_it_is_queued(sim: Any, quantity_messages: Any) -> None:
    row = row_of(sim)
    token = sim.token(row["seller_id"])
    first, second = (sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 0))) for _ in range(2))
    assert sim.call("DELETE", f"/spapi/feeds/2021-06-30/feeds/{first}", headers=token).status == 200
    sim.advance(6)
    assert sim.call("DELETE", f"/spapi/feeds/2021-06-30/feeds/{second}", headers=token).status == 400
    sim.advance(60)
    assert sim.feed(row["seller_id"], first)["processingStatus"] == "CANCELLED"
    assert [change["reference"] for change in listing(sim, row)["changes"]] == [second]


def test_a_stuck_feed_never_ends_and_a_late_one_overwrites_the_newer_patch(sim: Any, quantity_messages: Any) -> None:
    row = row_of(sim, 1)
    sim.happen(row, "trading")
    sim.patch(row, 0)
    sim.advance(1)
    sim.happen(row, "back")
    sim.json("POST", "/_sim/faults", {"target": "spapi", "kind": "stuck_feed", "seconds": 600})
    sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 1)))
    sim.json("DELETE", "/_sim/faults")
    sim.json("POST", "/_sim/faults", {"target": "spapi", "kind": "stuck_feed", "state": "IN_QUEUE"})
    stuck = sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 5)))
    sim.happen(row, "sold")
    sim.advance(1)
    sim.patch(row, 0)
    assert sim.ledger()["stale_overwrites"] == 0
    sim.advance(100_000)
    assert sim.feed(row["seller_id"], stuck)["processingStatus"] == "IN_QUEUE"
    offer, ledger = listing(sim, row), sim.ledger()
    assert offer["quantity"] == 1
    assert ledger["stale_overwrites"] == 1
    assert ledger["missed_withdrawals"] == 1
    assert not ledger["clean"]


def test_a_fatal_feed_changes_nothing(sim: Any, quantity_messages: Any) -> None:
    row = row_of(sim)
    sim.json("POST", "/_sim/faults", {"target": "spapi", "kind": "fatal_feed"})
    feed_id = sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 0)))
    sim.advance(60)
    assert sim.feed(row["seller_id"], feed_id)["processingStatus"] == "FATAL"
    assert listing(sim, row)["changes"] == []


def test_a_feed_of_another_seller_or_of_25_001_messages_is_fatal(sim: Any, quantity_messages: Any) -> None:
    row = row_of(sim)
    foreign = sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 0)), sellerId="AOTHER")
    large = sim.submit_feed(row["seller_id"], quantity_messages(*[(row["sku"], 0)] * 25_001))
    sim.advance(60)
    for feed_id in (foreign, large):
        assert sim.feed(row["seller_id"], feed_id)["processingStatus"] == "FATAL"
    assert listing(sim, row)["changes"] == []


def test_the_upload_wants_the_announced_content_type_within_five_minutes(sim: Any) -> None:
    token = sim.token(row_of(sim)["seller_id"])
    kind = "application/json; charset=UTF-8"
    made = sim.json("POST", "/spapi/feeds/2021-06-30/documents", {"contentType": kind}, token)
    address = made["url"].removeprefix("http://sim.test")
    assert sim.call("PUT", address, b"{}", {"content-type": "application/json"}).status == 403
    assert sim.call("GET", address).status == 403
    assert sim.call("PUT", address, b"{}", {"content-type": kind}).status == 200
    sim.advance(302)
    assert sim.call("PUT", address, b"{}", {"content-type": kind}).status == 403


def test_two_marketplaces_or_a_feed_of_another_type_are_refused(sim: Any) -> None:
    token = sim.token(row_of(sim)["seller_id"])
    body = {"feedType": "JSON_LISTINGS_FEED", "marketplaceIds": ["A1VC38T7YXB528", "A2"], "inputFeedDocumentId": "x"}
    for wrong in (body, {**body, "feedType": "POST_INVENTORY_AVAILABILITY_DATA"}):
        assert sim.call("POST", "/spapi/feeds/2021-06-30/feeds", wrong, token).status == 400


@needs_models
@pytest.mark.parametrize("zipped", [False, True])
def test_feeds_and_reports_are_as_amazons_schemas_want(begin: Any, quantity_messages: Any, zipped: bool) -> None:
    sim = begin(gzip_reports=zipped)
    row = row_of(sim)
    messages = quantity_messages((row["sku"], 0), ("YA-0000001", 0))
    sim.json("POST", "/_sim/faults", {"target": "spapi", "kind": "invalid_in_200", "only": ["YA-0000001"]})
    schemas = RECORDED / "spapi" / "schemas" / "feeds"
    for message in messages:
        schema = json.loads((schemas / "listings-feed-message-schema-v2.json").read_text("utf-8"))
        jsonschema.validate(message, schema, cls=jsonschema.Draft7Validator)
    feed_id = sim.submit_feed(row["seller_id"], messages)
    sim.advance(60)
    document, body = sim.report(row["seller_id"], sim.feed(row["seller_id"], feed_id))
    assert document.get("compressionAlgorithm") == ("GZIP" if zipped else None)
    report = orjson.loads(gzip.decompress(body) if zipped else body)
    schema = json.loads((schemas / "listings-feed-processing-report-schema-v2.json").read_text("utf-8"))
    jsonschema.validate(report, schema, cls=jsonschema.Draft7Validator)
    assert report["summary"]["messagesInvalid"] == 1


@needs_models
def test_answers_are_as_amazons_models_want(sim: Any, quantity_messages: Any) -> None:
    row = row_of(sim)
    token = sim.token(row["seller_id"])
    item = f"/spapi/listings/2021-08-01/items/{row['seller_id']}/{row['sku']}?marketplaceIds=A1VC38T7YXB528"
    feed_id = sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 0)))
    checks = [
        ("listingsItems_2021-08-01", "ListingsItemSubmissionResponse", sim.patch(row, -1).body),
        ("listingsItems_2021-08-01", "ErrorList", sim.call("GET", item.replace(row["sku"], "no"), headers=token).body),
        (
            "listingsItems_2021-08-01",
            "Item",
            sim.call("GET", item + "&includedData=summaries,issues,fulfillmentAvailability", headers=token).body,
        ),
        (
            "feeds_2021-06-30",
            "Feed",
            sim.call("GET", f"/spapi/feeds/2021-06-30/feeds/{feed_id}", headers=token).body,
        ),
        (
            "sellers",
            "GetMarketplaceParticipationsResponse",
            sim.call("GET", "/spapi/sellers/v1/marketplaceParticipations", headers=token).body,
        ),
    ]
    for model, name, body in checks:
        definitions = json.loads((RECORDED / "spapi" / "models" / f"{model}.json").read_text("utf-8"))
        schema = {"$ref": f"#/definitions/{name}", "definitions": definitions["definitions"]}
        jsonschema.validate(orjson.loads(body), schema, cls=jsonschema.Draft4Validator)
