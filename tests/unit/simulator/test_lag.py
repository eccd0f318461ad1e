"""The time from Amazon's acceptance of a change until shoppers see it."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.unit.simulator.conftest import listing_address

from mercarich_simulator.amazon.lag import lag
from mercarich_simulator.state_file import restore, save

TYPICAL = 3.0
LONGEST = 100 * TYPICAL


@pytest.fixture
def slow(begin: Any) -> Any:
    return begin(lag_seconds=TYPICAL)


def shown(sim: Any, row: dict[str, Any]) -> tuple[int, int]:
    """Return the quantity that was submitted, and the one that shoppers see."""
    address = listing_address(row) + "&includedData=attributes,fulfillmentAvailability"
    item = sim.json("GET", address, headers=sim.token(row["seller_id"]))
    return (
        item["attributes"]["fulfillment_availability"][0]["quantity"],
        item["fulfillmentAvailability"][0]["quantity"],
    )


def test_most_changes_show_within_seconds_and_some_after_minutes() -> None:
    lags = sorted(lag(TYPICAL, 1, "seller", "sku", number) for number in range(2_000))
    assert lags == sorted(lag(TYPICAL, 1, "seller", "sku", number) for number in range(2_000))
    assert lags != sorted(lag(TYPICAL, 2, "seller", "sku", number) for number in range(2_000))
    assert lags[1_700] < 6 < lags[1_900] < 60 < lags[1_985] <= LONGEST


def test_an_accepted_change_is_in_the_attributes_at_once_and_shown_later(slow: Any) -> None:
    row = slow.rows()[0]
    slow.patch(row, 0)
    assert shown(slow, row) == (0, row["quantity"])
    slow.advance(LONGEST)
    assert shown(slow, row) == (0, 0)


def test_a_change_never_shows_before_the_one_that_was_accepted_earlier(slow: Any) -> None:
    row = slow.rows()[0]
    for quantity in (*range(30), 0):
        slow.patch(row, quantity)
        slow.advance(1)
    slow.advance(LONGEST)
    changes = slow.json("GET", f"/_sim/offers/{row['seller_id']}/{row['sku']}")["changes"]
    assert [change["quantity"] for change in changes] == [*range(30), 0]
    assert [change["at"] for change in changes] == sorted(change["at"] for change in changes)


def test_a_repeated_quantity_takes_effect_again_when_its_time_comes(slow: Any) -> None:
    row = slow.rows()[0]
    slow.patch(row, row["quantity"])
    slow.json("POST", "/_sim/offers", {"offers": [{"seller_id": row["seller_id"], "sku": row["sku"], "quantity": 0}]})
    slow.advance(LONGEST)
    assert shown(slow, row)[1] == row["quantity"]


def test_a_deleted_offer_is_there_until_its_deletion_shows(slow: Any) -> None:
    row = slow.rows()[0]
    token = slow.token(row["seller_id"])
    assert slow.call("DELETE", listing_address(row), headers=token).status == 200
    assert slow.call("GET", listing_address(row), headers=token).status == 200
    slow.advance(LONGEST)
    assert slow.call("GET", listing_address(row), headers=token).status == 404


def test_an_offer_that_is_put_again_right_after_its_deletion_is_there(slow: Any) -> None:
    row = slow.rows()[0]
    token = slow.token(row["seller_id"])
    slow.call("DELETE", listing_address(row), headers=token)
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": 2}]
    body = {"productType": "P", "attributes": {"fulfillment_availability": value}}
    assert slow.call("PUT", listing_address(row), body, token).status == 200
    slow.advance(2 * LONGEST)
    assert shown(slow, row) == (2, 2)


def test_a_lag_is_set_by_hand_and_survives_a_restart_with_what_is_still_to_show(sim: Any, tmp_path: Path) -> None:
    row = sim.rows()[0]
    assert sim.json("POST", "/_sim/lag", {"seconds": 10}) == {"seconds": 10}
    assert sim.call("POST", "/_sim/lag", {"seconds": -1}).status == 400
    sim.patch(row, 0)
    save(sim.simulator.world, tmp_path / "state.json")
    offers = sim.simulator.world.offers
    offers.touched.clear()
    offers._due.clear()
    restore(sim.simulator.world, orjson.loads((tmp_path / "state.json").read_bytes()))
    assert shown(sim, row)[1] == row["quantity"]
    sim.advance(1_000)
    assert shown(sim, row)[1] == 0
