"""Faults hit the requests that the seed determines, for the time that was set."""

from typing import Any

import orjson
import pytest

from mercarich_simulator.faults import Faults, spoiled
from mercarich_simulator.web import Ending


def set_fault(sim: Any, **fault: Any) -> None:
    sim.json("POST", "/_sim/faults", {"target": "yahoo", **fault})


def yahoo(sim: Any, number: int = 0) -> Any:
    return sim.call("GET", f"/yahoo/jp/auction/{sim.rows()[number]['source_id']}")


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("403", 403, "Cloudflare"),
        ("404", 404, "Not Found"),
        ("404_route", 404, "404 page not found"),
        ("404_cdn", 404, "Cloudflare"),
        ("redirect", 302, ""),
        ("423", 423, "GW0002"),
        ("429", 429, ""),
        ("500", 500, "500"),
        ("503_html", 503, "<html>"),
        ("html_instead_of_json", 200, "<html>"),
        ("empty_200", 200, ""),
        ("block_page_200", 200, "ページが表示できません"),
    ],
)
def test_each_kind_answers_as_the_marketplace_would(sim: Any, kind: str, status: int, words: str) -> None:
    set_fault(sim, kind=kind)
    reply = yahoo(sim)
    assert reply.status == status
    assert words in reply.body.decode()
    assert "__NEXT_DATA__" not in reply.body.decode()
    assert (("retry-after", "5") in reply.headers) == (kind == "429")


@pytest.mark.parametrize(
    ("kind", "ending"), [("reset", Ending.RESET), ("timeout", Ending.HANG), ("truncated", Ending.TRUNCATED)]
)
def test_some_kinds_spoil_the_connection(sim: Any, kind: str, ending: Ending) -> None:
    set_fault(sim, kind=kind)
    assert yahoo(sim).ending is ending


def test_slow_answers_late_but_whole(sim: Any) -> None:
    set_fault(sim, kind="slow", seconds=7)
    assert yahoo(sim).delay == 7
    assert b"__NEXT_DATA__" in yahoo(sim).body


def test_a_share_hits_the_same_requests_for_the_same_seed(begin: Any) -> None:
    def hits(seed: int) -> list[int]:
        sim = begin(seed=seed)
        set_fault(sim, kind="500", share=0.3)
        return [yahoo(sim).status for _ in range(100)]

    assert hits(3) == hits(3)
    assert hits(3) != hits(4)
    assert 15 <= hits(3).count(500) <= 45


def test_a_fault_begins_ends_and_is_cleared(sim: Any) -> None:
    set_fault(sim, kind="500", from_seconds=10, for_seconds=20)
    seen = []
    for _ in range(4):
        seen.append(yahoo(sim).status)
        sim.advance(10)
    assert seen == [200, 500, 500, 200]
    set_fault(sim, kind="403")
    assert yahoo(sim).status == 403
    assert sim.json("GET", "/_sim/faults")["faults"][1]["hit"] == 1
    sim.json("DELETE", "/_sim/faults")
    assert yahoo(sim).status == 200


def test_a_fault_can_be_for_one_item_or_operation_only(sim: Any) -> None:
    set_fault(sim, kind="403", only=[sim.rows()[0]["source_id"]])
    set_fault(sim, kind="500", only=["search"])
    assert yahoo(sim, 0).status == 403
    assert yahoo(sim, 2).status == 200
    assert sim.call("GET", "/yahoo/search/search?p=x").status == 500


def test_a_removed_field_is_missing_from_the_page(sim: Any) -> None:
    set_fault(sim, kind="field_removed", field="seller.aucUserId")
    assert b'"aucUserId"' not in yahoo(sim).body
    sim.json("DELETE", "/_sim/faults")
    set_fault(sim, kind="field_removed", field="status")
    assert yahoo(sim).body.count(b'"status":"open","category"') == 0


def test_a_redirect_leads_where_the_fault_says(sim: Any) -> None:
    set_fault(sim, kind="redirect", to="/sorry.html")
    assert ("location", "/sorry.html") in yahoo(sim).headers


def test_a_gateway_knows_neither_the_path_nor_the_method(sim: Any) -> None:
    sim.json("POST", "/_sim/faults", {"target": "mercari", "kind": "404_gateway"})
    replies = [sim.call("GET", "/mercari/items/get?id=m00000000001") for _ in range(2)]
    assert [reply.status for reply in replies] == [404, 404]
    assert sorted(orjson.loads(reply.body)["code"] for reply in replies) == [5, 12]


def test_a_retyped_field_has_another_type() -> None:
    faults = Faults(seed=1)
    document = {"flag": True, "off": False, "number": 5, "text": "a", "inner": {"number": 1}}
    seen = {}
    for path in ("flag", "off", "number", "text", "missing", "inner.number"):
        fault = faults.set({"target": "mercari", "kind": "field_retyped", "field": path}, 0)
        seen[path] = spoiled({**document, "inner": {"number": 1}}, fault)
    assert (seen["flag"]["flag"], seen["off"]["off"], seen["missing"]["missing"]) == ("yes", "no", "no")
    assert (seen["number"]["number"], seen["text"]["text"]) == ("5", ["a"])
    assert seen["inner.number"]["inner"] == {"number": "1"}


def test_a_field_that_is_not_named_is_picked_by_the_seed() -> None:
    faults = Faults(seed=1)
    fault = faults.set({"target": "mercari", "kind": "field_removed"}, 0)
    missing = set()
    for _ in range(40):
        assert faults.pick("mercari", (), 1, inner=("field_removed",)) is fault
        missing |= {"a", "b", "c"} - set(spoiled({"a": 1, "b": 2, "c": 3}, fault))
    assert missing == {"a", "b", "c"}


def test_lwa_and_sp_api_fail_in_their_own_words(sim: Any) -> None:
    row = sim.rows()[0]
    token = sim.token(row["seller_id"])
    sim.json("POST", "/_sim/faults", {"target": "lwa", "kind": "invalid_client"})
    with pytest.raises(AssertionError, match="invalid_client"):
        sim.token(row["seller_id"])
    sim.json("DELETE", "/_sim/faults")
    sim.json("POST", "/_sim/faults", {"target": "lwa", "kind": "invalid_grant", "only": [row["username"]]})
    with pytest.raises(AssertionError, match="invalid_grant"):
        sim.token(row["seller_id"])
    sim.token(sim.rows()[2]["seller_id"])
    sim.json("DELETE", "/_sim/faults")
    sim.json("POST", "/_sim/faults", {"target": "spapi", "kind": "429"})
    address = "/spapi/sellers/v1/marketplaceParticipations"
    assert b"QuotaExceeded" in sim.call("GET", address, headers=token).body


def test_invalid_inside_200_and_accepted_without_effect(sim: Any) -> None:
    row = sim.rows()[0]
    offer = f"/_sim/offers/{row['seller_id']}/{row['sku']}"
    sim.json("POST", "/_sim/faults", {"target": "spapi", "kind": "invalid_in_200", "only": [row["sku"]]})
    answer = sim.patch(row, 0)
    assert (answer.status, orjson.loads(answer.body)["status"]) == (200, "INVALID")
    sim.json("DELETE", "/_sim/faults")
    sim.json("POST", "/_sim/faults", {"target": "spapi", "kind": "ignored_200"})
    assert orjson.loads(sim.patch(row, 0).body)["status"] == "ACCEPTED"
    assert sim.json("GET", offer)["quantity"] == row["quantity"]
    sim.json("DELETE", "/_sim/faults")
    sim.patch(row, 0)
    assert sim.json("GET", offer)["quantity"] == 0


def test_a_wrong_fault_is_refused_with_what_was_expected(sim: Any) -> None:
    for body, word in (
        ({"target": "moon", "kind": "500"}, "yahoo, mercari, lwa, spapi"),
        ({"target": "yahoo", "kind": "stuck_feed"}, "block_page_200"),
        ({"target": "yahoo", "kind": "500", "shares": 1}, "shares"),
        ({"target": "yahoo", "kind": "500", "share": 3}, "between 0 and 1"),
    ):
        reply = sim.call("POST", "/_sim/faults", body)
        assert reply.status == 400
        assert word in orjson.loads(reply.body)["error"]
