"""The attribute `purchasable_offer`: what each way of writing it leaves, when buyers see it, what the ledger says."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.unit.simulator.conftest import listing_address

from mercarich_simulator.amazon import MARKETPLACE_ID
from mercarich_simulator.bootstrap import Simulator
from mercarich_simulator.state_file import restore, save

SELECTORS = {"marketplace_id": MARKETPLACE_ID, "currency": "JPY", "audience": "ALL"}


@pytest.fixture
def sim(begin: Any) -> Any:
    return begin(quota_factor=1_000.0)


def amount(yen: Any) -> list[dict[str, Any]]:
    return [{"schedule": [{"value_with_tax": yen}]}]


def write(sim: Any, row: dict[str, Any], operation: str = "merge", **entry: Any) -> dict[str, Any]:
    patch = {"op": operation, "path": "/attributes/purchasable_offer", "value": [entry]}
    body = {"productType": "PRODUCT", "patches": [patch]}
    reply = sim.call("PATCH", listing_address(row), body, sim.token(row["seller_id"]))
    found: dict[str, Any] = orjson.loads(reply.body)
    return found


def shown(sim: Any, row: dict[str, Any]) -> tuple[dict[str, int], str]:
    """Return the attribute's amounts by name, and what buyers see."""
    address = listing_address(row) + "&includedData=attributes,offers"
    item = sim.json("GET", address, headers=sim.token(row["seller_id"]))
    [entry] = item["attributes"]["purchasable_offer"]
    assert {name: entry.pop(name) for name in SELECTORS} == SELECTORS
    return {name: prices[0]["schedule"][0]["value_with_tax"] for name, prices in entry.items()}, item["offers"][0][
        "price"
    ]["amount"]


def edit(sim: Any, row: dict[str, Any], **price: int) -> None:
    """The seller sets it in Seller Central."""
    offer = {"seller_id": row["seller_id"], "sku": row["sku"], "price": price}
    sim.json("POST", "/_sim/offers", {"offers": [offer]})


def test_a_merge_changes_the_price_and_keeps_the_rest(sim: Any) -> None:
    row = sim.rows()[0]
    edit(sim, row, sale=700, most=9_000_000)
    assert write(sim, row, **SELECTORS, our_price=amount(5_000))["status"] == "ACCEPTED"
    kept = {"our_price": 5_000, "discounted_price": 700, "maximum_seller_allowed_price": 9_000_000}
    assert shown(sim, row) == (kept, "5000.00")
    assert sim.ledger()["price_fields_lost"] == 0


def test_a_replacement_drops_what_is_not_sent_and_the_ledger_names_it(sim: Any) -> None:
    row = sim.rows()[0]
    edit(sim, row, sale=700)
    write(sim, row, "replace", **SELECTORS, our_price=amount(5_000))
    assert shown(sim, row)[0] == {"our_price": 5_000}
    [case] = sim.ledger()["cases"]["price_fields_lost"]
    assert (case["sku"], case["name"], case["before"]) == (row["sku"], "discounted_price", 700)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({"our_price": amount(5_000)}, id="no selectors"),
        pytest.param({**SELECTORS, "currency": "USD", "our_price": amount(50)}, id="another currency"),
        pytest.param({**SELECTORS, "our_price": {"schedule": {"value_with_tax": 5_000}}}, id="no arrays"),
        pytest.param({**SELECTORS, "our_price": amount(0)}, id="nothing"),
        pytest.param({**SELECTORS, "our_price": amount(5_000) * 2}, id="two prices"),
        pytest.param({**SELECTORS, "our_price": [{"schedule": amount(5_000)[0]["schedule"] * 2}]}, id="two schedules"),
        pytest.param({**SELECTORS, "our_price": [{"schedule": []}]}, id="no schedule"),
        pytest.param({**SELECTORS, "our_price": amount(12.5)}, id="half a yen"),
    ],
)
def test_what_is_not_in_its_shape_is_invalid(sim: Any, entry: dict[str, Any]) -> None:
    row = sim.rows()[0]
    before = shown(sim, row)
    told = write(sim, row, **entry)
    assert (told["status"], told["issues"][0]["code"]) == ("INVALID", "4000001")
    assert shown(sim, row) == before


def test_a_price_beyond_the_sellers_bounds_is_refused(sim: Any) -> None:
    row = sim.rows()[0]
    first = shown(sim, row)[0]["our_price"]
    edit(sim, row, least=first - 100, most=first + 100)
    assert write(sim, row, **SELECTORS, our_price=amount(first + 101))["status"] == "INVALID"
    assert write(sim, row, **SELECTORS, our_price=amount(first - 101))["status"] == "INVALID"
    assert write(sim, row, **SELECTORS, our_price=amount(first + 100))["status"] == "ACCEPTED"


def test_buyers_see_it_after_its_lag(begin: Any) -> None:
    sim = begin(quota_factor=1_000.0, lag_seconds=10.0)
    row = sim.rows()[0]
    before = shown(sim, row)
    write(sim, row, **SELECTORS, our_price=amount(5_000))
    assert shown(sim, row) == before
    sim.advance(2_000)
    assert shown(sim, row) == ({"our_price": 5_000}, "5000.00")


def test_the_attribute_is_told_in_the_order_of_acceptance(begin: Any) -> None:
    sim = begin(quota_factor=1_000.0, lag_seconds=10.0)
    row, told = sim.rows()[0], set()
    for yen in (5_000, 5_100):
        write(sim, row, **SELECTORS, our_price=amount(yen))
    for _ in range(300):
        told.add(shown(sim, row)[0]["our_price"])
        sim.advance(10)
        if 5_100 in told:
            assert shown(sim, row)[0] == {"our_price": 5_100}
    assert told >= {row["price"], 5_100}


def test_of_an_offer_that_nobody_can_buy_its_attributes_alone_tell_the_price(sim: Any) -> None:
    row = sim.rows()[0]
    sim.json("POST", "/_sim/offers", {"offers": [{"seller_id": row["seller_id"], "sku": row["sku"], "quantity": 0}]})
    address = listing_address(row) + "&includedData=attributes,offers"
    item = sim.json("GET", address, headers=sim.token(row["seller_id"]))
    assert item["offers"] == []
    assert item["attributes"]["purchasable_offer"][0]["our_price"] == amount(row["price"])


def test_it_outlives_a_restart(sim: Any, tmp_path: Path) -> None:
    row = sim.rows()[0]
    edit(sim, row, sale=700)
    write(sim, row, **SELECTORS, our_price=amount(5_000))
    save(sim.simulator.world, tmp_path / "state")
    again = Simulator(sim.simulator.world.settings)
    restore(again.world, orjson.loads((tmp_path / "state").read_bytes()))
    key = (row["seller_id"], row["sku"])
    assert again.world.offers.touched[key].pricing == sim.simulator.world.offers.touched[key].pricing


def told(sim: Any, row: dict[str, Any], **rule: Any) -> dict[str, int]:
    asked = {"follow": row["seller_id"], "band_least": 80, "band_most": 130, "changes_a_day": 2} | rule
    text = "&".join(f"{name}={value}" for name, value in asked.items())
    ledger = sim.json("GET", f"/_sim/ledger?{text}&fee_percent=0")
    names = ("changed", "unasked", "out_of_band", "at_loss", "too_many")
    found = {name: ledger[f"prices_{name}"] for name in names}
    assert ledger["clean"] is not any(found[name] for name in names[1:])
    return {name: number for name, number in found.items() if number}


def test_the_ledger_counts_prices_that_nobody_asked_for(sim: Any) -> None:
    row = sim.rows()[0]
    write(sim, row, **SELECTORS, our_price=amount(row["price"] + 10))
    assert told(sim, row) == {"changed": 1}
    assert told(sim, row, follow="") == {"changed": 1, "unasked": 1}
    edit(sim, row, our=row["price"] + 20)
    assert told(sim, row, follow="") == {"changed": 1, "unasked": 1}, "what the seller sets is no push"


def test_the_ledger_judges_band_and_number(sim: Any) -> None:
    row = sim.rows()[0]
    for part in (131, 129, 128):
        write(sim, row, **SELECTORS, our_price=amount(row["price"] * part // 100))
    assert told(sim, row) == {"changed": 3, "out_of_band": 1, "too_many": 1}


def test_the_ledger_knows_a_price_that_is_a_loss_by_all_that_its_source_has_cost(sim: Any) -> None:
    row = sim.rows()[0]
    write(sim, row, **SELECTORS, our_price=amount(row["source_price"] * 2 // 3))
    assert told(sim, row, band_least=1) == {"changed": 1, "at_loss": 1}
