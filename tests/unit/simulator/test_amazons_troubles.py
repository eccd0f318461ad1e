"""What Amazon does to offers beyond pushes: refusals for good, late issues, returns, sellers' edits, reports."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.unit.simulator.conftest import listing_address, quantity_patch

from mercarich_simulator.state_file import restore, save


def item(sim: Any, row: dict[str, Any], *included: str) -> Any:
    address = f"{listing_address(row)}&includedData={','.join(included)}"
    return sim.json("GET", address, headers=sim.token(row["seller_id"]))


def offer(sim: Any, row: dict[str, Any]) -> Any:
    return sim.json("GET", f"/_sim/offers/{row['seller_id']}/{row['sku']}")


def change(sim: Any, row: dict[str, Any], **what: Any) -> None:
    sim.json("POST", "/_sim/offers", {"offers": [{"seller_id": row["seller_id"], "sku": row["sku"], **what}]})


def test_a_share_of_the_skus_is_403_for_good_in_each_operation_but_feeds(begin: Any, quantity_messages: Any) -> None:
    sim = begin(forbidden=0.1, quota_factor=1_000.0)
    refused = [row for row in sim.rows() if sim.patch(row, 1).status == 403]
    assert 20 < len(refused) < 70
    row = refused[0]
    for _ in range(2):
        sim.advance(86_400)
        for method, body in (("GET", None), ("PATCH", quantity_patch(0)), ("DELETE", None), ("PUT", quantity_patch(0))):
            assert sim.call(method, listing_address(row), body, sim.token(row["seller_id"])).status == 403
    sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 0)))
    sim.advance(60)
    assert offer(sim, row)["quantity"] == 0


def test_what_is_refused_for_good_is_no_missed_withdrawal(begin: Any) -> None:
    sim = begin(forbidden=0.1)
    offers = sim.simulator.world.offers
    row = next(row for row in sim.rows() if offers.forbidden(row["seller_id"], row["sku"]) and row["quantity"])
    sim.happen(row, "sold")
    sim.advance(1)
    told = offer(sim, row)["judgement"]
    assert told["missed"]
    assert row["sku"] not in [case["sku"] for case in sim.ledger()["cases"]["missed_withdrawals"]]


def test_some_offers_that_were_put_up_have_an_error_afterwards_and_cannot_be_bought(begin: Any) -> None:
    sim = begin(late_issues=0.3, quota_factor=1_000.0, lag_seconds=3.0)
    rows = sim.rows()[:100]
    for quantity in (0, 1):
        for row in rows:
            assert orjson.loads(sim.patch(row, quantity).body)["issues"] == []
        sim.advance(400)
    told = [item(sim, row, "summaries", "issues", "fulfillmentAvailability") for row in rows]
    assert all(one["fulfillmentAvailability"][0]["quantity"] == 1 for one in told)
    wrong = [one for one in told if one["issues"]]
    assert 15 < len(wrong) < 50
    assert {one["issues"][0]["severity"] for one in wrong} == {"ERROR"}
    for one in told:
        assert ("BUYABLE" in one["summaries"][0]["status"]) is (one not in wrong)
    row = next(row for row in rows if row["sku"] == wrong[0]["sku"])
    bought = {"offers": [{"seller_id": row["seller_id"], "sku": row["sku"]}]}
    assert sim.json("POST", "/_sim/orders", bought) == {"count": 0}


def test_an_issue_is_set_and_ended_by_hand_and_outlives_a_restart(sim: Any, tmp_path: Path) -> None:
    row = sim.rows()[0]
    change(sim, row, issue={"code": "18299", "message": "承認が必要です。"})
    save(sim.simulator.world, tmp_path / "state.json")
    sim.simulator.world.offers.touched.clear()
    restore(sim.simulator.world, orjson.loads((tmp_path / "state.json").read_bytes()))
    told = item(sim, row, "issues", "summaries")
    assert [(issue["code"], issue["message"]) for issue in told["issues"]] == [("18299", "承認が必要です。")]
    assert told["summaries"][0]["status"] == ["DISCOVERABLE"]
    change(sim, row, issue=None)
    assert item(sim, row, "issues")["issues"] == []


@pytest.mark.parametrize("gone", [{"quantity": 0}, {"deleted": True}])
def test_an_offer_comes_back_as_it_was_without_anybodys_push(sim: Any, gone: dict[str, Any]) -> None:
    row = next(row for row in sim.rows() if row["quantity"] == 2)
    change(sim, row, **gone)
    sim.advance(1)
    change(sim, row, comes_back=True)
    assert item(sim, row, "fulfillmentAvailability")["fulfillmentAvailability"][0]["quantity"] == 2
    ledger = sim.ledger()
    assert (ledger["wrong_restores"], ledger["double_pushes"], ledger["clean"]) == (0, 0, True)


def test_what_the_seller_edits_is_no_error_and_a_push_that_undoes_it_is(sim: Any) -> None:
    row = next(row for row in sim.rows() if row["quantity"] == 1)
    change(sim, row, edited={"quantity": 3, "lead_time_days": 21})
    assert item(sim, row, "attributes")["attributes"]["fulfillment_availability"][0]["quantity"] == 3
    assert offer(sim, row)["lead_time_days"] == 21
    assert sim.ledger()["clean"]
    sim.patch(row, 1)
    ledger = sim.ledger()
    assert (ledger["fought"], ledger["clean"]) == (1, False)
    assert [case["sku"] for case in ledger["cases"]["fought"]] == [row["sku"]]


def test_a_withdrawal_after_the_source_has_gone_fights_nobody(sim: Any) -> None:
    row = next(row for row in sim.rows() if row["quantity"] == 1)
    change(sim, row, quantity=0)
    change(sim, row, edited={"quantity": 1})
    sim.advance(1)
    sim.happen(row, "sold")
    sim.advance(1)
    sim.patch(row, 0)
    assert sim.ledger()["fought"] == 0


def test_a_report_can_count_an_invalid_message_that_it_does_not_name(sim: Any, quantity_messages: Any) -> None:
    first, second = [row for row in sim.rows() if row["username"] == "seller001"][:2]
    fault = {"target": "spapi", "kind": "unnamed_invalid", "only": [second["sku"]]}
    sim.json("POST", "/_sim/faults", fault)
    feed_id = sim.submit_feed(first["seller_id"], quantity_messages((first["sku"], 0), (second["sku"], 0)))
    sim.advance(60)
    report = orjson.loads(sim.report(first["seller_id"], sim.feed(first["seller_id"], feed_id))[1])
    assert report["issues"] == []
    summary = report["summary"]
    assert (summary["messagesProcessed"], summary["messagesAccepted"], summary["messagesInvalid"]) == (2, 1, 1)
    assert [offer(sim, row)["quantity"] for row in (first, second)] == [0, second["quantity"]]


def test_feeds_are_told_in_pages_the_newest_first(begin: Any, quantity_messages: Any) -> None:
    sim = begin(quota_factor=1_000.0)
    row = sim.rows()[0]
    made = [sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 0))) for _ in range(5)]
    token, address = sim.token(row["seller_id"]), "/spapi/feeds/2021-06-30/feeds"
    page = sim.json("GET", f"{address}?feedTypes=JSON_LISTINGS_FEED&pageSize=2", headers=token)
    told = [feed["feedId"] for feed in page["feeds"]]
    sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 0)))
    while "nextToken" in page:
        assert len(page["feeds"]) == 2
        page = sim.json("GET", f"{address}?nextToken={page['nextToken']}", headers=token)
        told += [feed["feedId"] for feed in page["feeds"]]
    assert told == made[::-1]


def test_a_list_of_feeds_holds_ten_unless_more_are_asked_for(begin: Any, quantity_messages: Any) -> None:
    sim = begin(quota_factor=1_000.0)
    row = sim.rows()[0]
    for _ in range(12):
        sim.submit_feed(row["seller_id"], quantity_messages((row["sku"], 0)))
    token, address = sim.token(row["seller_id"]), "/spapi/feeds/2021-06-30/feeds?feedTypes=JSON_LISTINGS_FEED"
    assert len(sim.json("GET", address, headers=token)["feeds"]) == 10
    assert len(sim.json("GET", address + "&pageSize=100", headers=token)["feeds"]) == 12
    assert sim.json("GET", address + "&createdSince=2030-01-01T00:00:00Z", headers=token)["feeds"] == []


@pytest.mark.parametrize(
    "query",
    ["", "?pageSize=5", "?feedTypes=JSON_LISTINGS_FEED&pageSize=101", "?nextToken=x", "?nextToken=W10%3D&pageSize=2"],
)
def test_a_wrong_list_of_feeds_is_400(sim: Any, query: str) -> None:
    token = sim.token(sim.rows()[0]["seller_id"])
    assert sim.call("GET", f"/spapi/feeds/2021-06-30/feeds{query}", headers=token).status == 400
