"""The attribute `fulfillment_availability`: what each way of writing it leaves of the seller's own fields."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.unit.simulator.conftest import listing_address, quantity_patch

from mercarich_simulator.bootstrap import Simulator
from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.state_file import restore, save

LEAD, RESTOCK = "lead_time_to_ship_max_days", "restock_date"


@pytest.fixture
def sim(begin: Any) -> Any:
    return begin(quota_factor=1_000.0)


def row_with(sim: Any, *names: str) -> dict[str, Any]:
    """Return the first offer that has these fields at the start."""
    found: dict[str, Any] = next(row for row in sim.rows() if all(entry(sim, row).get(name) for name in names))
    return found


def entry(sim: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Return what the seller has submitted, as getListingsItem tells it; empty for no entry."""
    item = sim.json("GET", listing_address(row) + "&includedData=attributes", headers=sim.token(row["seller_id"]))
    [found] = item["attributes"]["fulfillment_availability"] or [{"fulfillment_channel_code": "DEFAULT"}]
    assert found.pop("fulfillment_channel_code") == "DEFAULT"
    return dict(found)


def write(sim: Any, row: dict[str, Any], operation: str, **fields: Any) -> None:
    value = [{"fulfillment_channel_code": "DEFAULT", **fields}]
    patch = {"op": operation, "path": "/attributes/fulfillment_availability", "value": value}
    reply = sim.call(
        "PATCH", listing_address(row), {"productType": "P", "patches": [patch]}, sim.token(row["seller_id"])
    )
    assert orjson.loads(reply.body)["status"] == "ACCEPTED", reply


def lost(sim: Any, row: dict[str, Any]) -> list[tuple[str, Any]]:
    ledger = sim.ledger()
    cases = [case for case in ledger["cases"]["fields_lost"] if case["sku"] == row["sku"]]
    assert ledger["fields_lost"] == len(cases)
    assert ledger["clean"] is (not cases)
    return [(case["name"], case["before"]) for case in cases]


def test_some_offers_have_a_handling_time_and_a_restock_date_and_some_have_none(sim: Any) -> None:
    entries = [entry(sim, row) for row in sim.rows()[:100]]
    assert 50 < sum(LEAD in found for found in entries) < 100
    assert 3 < sum(RESTOCK in found for found in entries) < 40


def test_a_merge_leaves_the_fields_that_it_does_not_name(sim: Any) -> None:
    row = row_with(sim, LEAD, RESTOCK)
    before = entry(sim, row)
    write(sim, row, "merge", quantity=7)
    assert entry(sim, row) == before | {"quantity": 7}
    assert lost(sim, row) == []


def test_a_replacement_drops_what_is_not_sent_and_the_ledger_names_it(sim: Any) -> None:
    row = row_with(sim, LEAD, RESTOCK)
    before = entry(sim, row)
    write(sim, row, "replace", quantity=7)
    assert entry(sim, row) == {"quantity": 7}
    assert lost(sim, row) == [(LEAD, before[LEAD]), (RESTOCK, before[RESTOCK])]


@pytest.mark.parametrize("operation", ["merge", "replace"])
def test_a_handling_time_that_the_push_names_is_meant(sim: Any, operation: str) -> None:
    row = next(row for row in sim.rows() if LEAD in (found := entry(sim, row)) and RESTOCK not in found)
    write(sim, row, operation, quantity=1, **{LEAD: 29})
    assert entry(sim, row) == {"quantity": 1, LEAD: 29}
    assert lost(sim, row) == []


def test_an_update_of_a_feed_that_names_the_attribute_sets_it_anew(sim: Any) -> None:
    row = row_with(sim, LEAD)
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": 1}]
    message = {"messageId": 1, "sku": row["sku"], "operationType": "PARTIAL_UPDATE", "productType": "P"}
    sim.submit_feed(row["seller_id"], [message | {"attributes": {"fulfillment_availability": value}}])
    sim.advance(60)
    assert entry(sim, row) == {"quantity": 1}
    assert LEAD in dict(lost(sim, row))


def test_a_put_replaces_everything_and_a_deleted_attribute_offers_nothing(sim: Any) -> None:
    row = row_with(sim, LEAD)
    sim.call("PUT", listing_address(row), {"productType": "P", "attributes": {}}, sim.token(row["seller_id"]))
    assert entry(sim, row) == {}
    assert sim.json("GET", f"/_sim/offers/{row['seller_id']}/{row['sku']}")["quantity"] == 0
    write(sim, row, "merge", quantity=2)
    assert entry(sim, row) == {"quantity": 2}
    write(sim, row, "delete")
    assert entry(sim, row) == {}


@pytest.mark.parametrize(
    "fields", [{"quantity": 1, LEAD: 31}, {"quantity": 1, LEAD: "soon"}, {"quantity": 1, RESTOCK: "soon"}]
)
def test_a_field_of_the_wrong_form_is_invalid(sim: Any, fields: dict[str, Any]) -> None:
    row = sim.rows()[0]
    body = quantity_patch(1)
    body["patches"][0]["value"][0] |= fields
    reply = sim.call("PATCH", listing_address(row), body, sim.token(row["seller_id"]))
    assert orjson.loads(reply.body)["status"] == "INVALID"


def test_fields_and_their_losses_outlive_a_restart(sim: Any, tmp_path: Path) -> None:
    row = row_with(sim, LEAD)
    write(sim, row, "replace", quantity=3)
    save(sim.simulator.world, tmp_path / "state.json")
    document = orjson.loads((tmp_path / "state.json").read_bytes())
    names = ("seed", "listings", "sellers", "churn_per_hour", "start_at", "clock_mode", "quota_factor")
    settings = {name: getattr(sim.simulator.world.settings, name) for name in names}
    before = sim.simulator.world.offers.touched
    sim.simulator = Simulator(SimulatorSettings(**settings))
    restore(sim.simulator.world, document)
    assert sim.simulator.world.offers.touched == before
    assert entry(sim, row) == {"quantity": 3}


def test_a_state_of_a_release_without_whole_attributes_is_read(sim: Any, tmp_path: Path) -> None:
    row = row_with(sim, LEAD)
    before = entry(sim, row)
    write(sim, row, "merge", quantity=0)
    save(sim.simulator.world, tmp_path / "state.json")
    document = orjson.loads((tmp_path / "state.json").read_bytes())
    [offer] = document["offers"]
    del offer["entry"], offer["fields_lost"]
    offer["lead_time_days"] = None
    sim.simulator.world.offers.touched.clear()
    restore(sim.simulator.world, document)
    assert entry(sim, row) == before | {"quantity": 0}
