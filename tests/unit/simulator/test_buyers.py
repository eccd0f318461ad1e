"""Buyers at Amazon, and the ledger's word on pieces that are sold twice."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.unit.simulator.conftest import listing_address

from mercarich_simulator.state_file import restore, save

HOUR = 3_600


def one_piece(sim: Any) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in sim.rows() if row["quantity"] == 1)
    return found


def buy(sim: Any, row: dict[str, Any]) -> int:
    body = {"offers": [{"seller_id": row["seller_id"], "sku": row["sku"]}]}
    return int(sim.json("POST", "/_sim/orders", body)["count"])


def shown(sim: Any, row: dict[str, Any]) -> int:
    return int(sim.json("GET", f"/_sim/offers/{row['seller_id']}/{row['sku']}")["quantity"])


def twice(sim: Any) -> list[str]:
    ledger = sim.ledger()
    cases = [case["sku"] for case in ledger["cases"]["sold_twice"]]
    assert ledger["sold_twice"] == len(cases)
    assert ledger["clean"] is (not cases)
    return cases


def test_nobody_buys_unless_it_is_asked_for(sim: Any) -> None:
    sim.advance(100 * 24 * HOUR)
    assert sim.ledger()["orders"] == 0


def test_offers_that_are_up_sell_at_their_rate_and_the_same_ones_for_the_same_seed(begin: Any) -> None:
    markets = [begin(orders_per_hour=0.01) for _ in range(2)]
    for sim in markets:
        for _ in range(12):
            sim.advance(HOUR)
    first, second = (sim.ledger() for sim in markets)
    assert first == second
    assert 25 < first["orders"] < 75
    assert [first[name] for name in ("withdrawn", "wrong_withdrawals", "double_pushes", "sold_twice")] == [0] * 4


def test_an_order_takes_one_piece_and_leaves_what_the_seller_submitted(sim: Any) -> None:
    row = one_piece(sim)
    assert (buy(sim, row), shown(sim, row)) == (1, 0)
    item = sim.json("GET", listing_address(row) + "&includedData=attributes", headers=sim.token(row["seller_id"]))
    assert item["attributes"]["fulfillment_availability"][0]["quantity"] == 1
    assert buy(sim, row) == 0
    assert sim.ledger()["orders"] == 1


def test_the_seller_buys_a_piece_that_was_ordered_at_its_source(sim: Any) -> None:
    row = one_piece(sim)
    buy(sim, row)
    address = f"/_sim/items/{row['marketplace']}/{row['source_id']}"
    assert sim.json("GET", address)["state"] == "available"
    sim.advance(4 * HOUR)
    assert sim.json("GET", address)["state"] == "sold"
    sim.patch(row, 0)
    assert sim.ledger()["clean"]


def test_a_source_of_several_pieces_is_there_until_the_last_one_is_ordered(sim: Any) -> None:
    row = next(row for row in sim.rows() if row["quantity"] == 2)
    address = f"/_sim/items/{row['marketplace']}/{row['source_id']}"
    states = []
    for _ in range(2):
        buy(sim, row)
        sim.advance(4 * HOUR)
        states.append(sim.json("GET", address)["state"])
    assert states == ["available", "sold"]


def test_a_piece_that_was_bought_and_is_put_up_again_is_sold_twice(sim: Any) -> None:
    row = one_piece(sim)
    buy(sim, row)
    sim.patch(row, 1)
    assert twice(sim) == [row["sku"]]


def test_a_push_on_its_way_when_a_buyer_comes_sells_the_piece_twice(begin: Any) -> None:
    sim = begin(lag_seconds=5.0)
    row = one_piece(sim)
    sim.patch(row, 1)
    buy(sim, row)
    assert twice(sim) == []
    sim.advance(1_000)
    assert (shown(sim, row), twice(sim)) == (1, [row["sku"]])


def test_the_other_pieces_of_a_stock_may_stay_up(sim: Any) -> None:
    row = next(row for row in sim.rows() if row["quantity"] == 3)
    buy(sim, row)
    sim.patch(row, 2)
    assert twice(sim) == []
    sim.patch(row, 3)
    assert twice(sim) == [row["sku"]]


def test_another_source_is_another_piece(sim: Any) -> None:
    row = one_piece(sim)
    buy(sim, row)
    sim.advance(1)
    place = {"marketplace": "mercari", "item_id": unlisted(sim)}
    sim.json("POST", "/_sim/sources", {"sources": [place | {"seller_id": row["seller_id"], "sku": row["sku"]}]})
    sim.patch(row, 1)
    assert twice(sim) == []


def unlisted(sim: Any) -> str:
    catalogue = sim.simulator.world.catalogue
    return str(catalogue.item_id("mercari", catalogue.shelves["mercari"].sources + 3))


def test_an_order_without_a_source_is_counted_and_takes_no_piece(sim: Any) -> None:
    row = one_piece(sim)
    sim.happen(row, "trading" if row["marketplace"] == "mercari" else "suspended")
    sim.advance(1)
    buy(sim, row)
    sim.advance(1)
    sim.happen(row, "back")
    sim.patch(row, 1)
    ledger = sim.ledger()
    assert (ledger["orders"], ledger["orders_unsourced"], ledger["sold_twice"]) == (1, 1, 0)


def test_a_rate_can_be_set_and_ended_by_hand(sim: Any) -> None:
    sim.json("POST", "/_sim/orders", {"per_hour": 1.0})
    sim.advance(HOUR)
    some = sim.ledger()["orders"]
    assert some > 100
    sim.json("POST", "/_sim/orders", {"per_hour": 0})
    sim.advance(HOUR)
    assert sim.ledger()["orders"] == some
    assert sim.call("POST", "/_sim/orders", {"per_hour": -1}).status == 400
    unknown = {"offers": [{"seller_id": "A", "sku": "B"}]}
    assert sim.call("POST", "/_sim/orders", unknown).status == 400


@pytest.mark.parametrize("hours", [1, 7])
def test_buyers_go_on_where_they_were_after_a_restart(begin: Any, tmp_path: Path, hours: int) -> None:
    whole, before, after = (begin(orders_per_hour=0.05) for _ in range(3))
    whole.advance(2 * hours * HOUR)
    before.advance(hours * HOUR)
    save(before.simulator.world, tmp_path / "state.json")
    restore(after.simulator.world, orjson.loads((tmp_path / "state.json").read_bytes()))
    after.advance(hours * HOUR)
    assert after.ledger() == whole.ledger()


def test_eager_buyers_take_a_share_of_the_offers_that_pushes_put_up_within_a_minute(begin: Any) -> None:
    sim = begin(eager_orders=0.4, quota_factor=1_000.0, lag_seconds=1.0)
    rows = [row for row in sim.rows() if row["quantity"] == 1][:100]
    for quantity in (0, 1):
        for row in rows:
            sim.patch(row, quantity)
        sim.advance(170)
    changes = [sim.json("GET", f"/_sim/offers/{row['seller_id']}/{row['sku']}")["changes"] for row in rows]
    assert [change["lane"] for each in changes for change in each[:2]] == ["patch"] * 200
    waits = [each[2]["at"] - each[1]["at"] for each in changes if len(each) == 3]
    assert 20 < len(waits) < 60
    assert 0 < min(waits) < max(waits) < 60
    assert sim.ledger()["orders"] == len(waits)


def test_an_eager_buyer_still_comes_after_a_restart_and_nobody_does_at_rest(begin: Any, tmp_path: Path) -> None:
    worlds = [begin(eager_orders=1.0) for _ in range(2)]
    for sim in worlds:
        row = one_piece(sim)
        sim.patch(row, 0)
        sim.patch(row, 1)
        sim.ledger()
    save(worlds[0].simulator.world, tmp_path / "state.json")
    restored = begin(eager_orders=1.0)
    restore(restored.simulator.world, orjson.loads((tmp_path / "state.json").read_bytes()))
    worlds[1].simulator.world.buyers.rest()
    for sim in (restored, worlds[1]):
        sim.advance(60)
    assert (shown(restored, row), shown(worlds[1], row)) == (0, 1)
