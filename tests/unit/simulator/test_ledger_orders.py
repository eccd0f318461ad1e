"""Orders in the ledger: pieces that were ordered twice, pieces sold at a loss, and orders that were met elsewhere."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.unit.simulator.conftest import START
from tests.unit.simulator.test_buyers import HOUR, buy, one_piece, unlisted
from tests.unit.simulator.test_orders import DAY, orders, status

from mercarich_simulator.amazon.fees import fees
from mercarich_simulator.state_file import restore, save

COUNTS = ("orders", "orders_unsourced", "orders_met_elsewhere", "pieces_sold_twice", "sold_at_loss")


@pytest.fixture
def sim(begin: Any) -> Any:
    """A market where each order is paid, and no buyer cancels."""
    return begin(regretted_orders=0.0, quota_factor=1_000.0)


def counts(sim: Any, query: str = "") -> dict[str, int]:
    ledger = sim.ledger(query)
    return {name: ledger[name] for name in COUNTS if ledger[name]}


def item(sim: Any, row: dict[str, Any]) -> Any:
    found = sim.json("GET", f"/_sim/items/{row['marketplace']}/{row['source_id']}")
    number = sim.simulator.world.catalogue.number_of(row["marketplace"], row["source_id"])
    whole = sim.simulator.world.catalogue.item(row["marketplace"], number)
    return found | {"landed": found["price"] + (whole.postage or 0)}


def free_of_postage(sim: Any) -> dict[str, Any]:
    found: dict[str, Any] = next(
        row for row in sim.rows() if row["quantity"] == 1 and item(sim, row)["landed"] == item(sim, row)["price"]
    )
    return found


def order_id(sim: Any, row: dict[str, Any]) -> str:
    return str(orders(sim, row["seller_id"])[-1]["orderId"])


def meet(sim: Any, row: dict[str, Any], item_id: str) -> Any:
    met = {"order_id": order_id(sim, row), "marketplace": "mercari", "item_id": item_id}
    return sim.call("POST", "/_sim/orders", {"met": [met]})


def test_a_piece_that_is_put_up_again_is_sold_twice_only_when_a_buyer_takes_it(sim: Any) -> None:
    row = one_piece(sim)
    buy(sim, row)
    sim.patch(row, 1)
    assert counts(sim) == {"orders": 1}
    sim.advance(1)
    buy(sim, row)
    assert counts(sim) == {"orders": 2, "pieces_sold_twice": 1}
    case = {"seller_id": row["seller_id"], "sku": row["sku"], "at": START + 1}
    assert sim.ledger()["cases"]["pieces_sold_twice"] == [case]


def test_a_stock_of_three_is_sold_three_times_and_no_piece_twice(sim: Any) -> None:
    row = next(row for row in sim.rows() if row["quantity"] == 3)
    for _ in range(3):
        buy(sim, row)
    sim.advance(1)
    assert counts(sim) == {"orders": 3}
    sim.patch(row, 2)
    for _ in range(2):
        buy(sim, row)
    assert counts(sim) == {"orders": 5, "pieces_sold_twice": 2}


def test_an_order_whose_source_was_gone_is_counted_as_such_alone(sim: Any) -> None:
    row = one_piece(sim)
    buy(sim, row)
    sim.patch(row, 1)
    sim.advance(1)
    sim.happen(row, "suspended")
    buy(sim, row)
    assert counts(sim, "fee_percent=100") == {"orders": 2, "orders_unsourced": 1, "sold_at_loss": 1}


def test_the_fee_may_be_what_amazon_takes_of_these_goods(sim: Any) -> None:
    row = free_of_postage(sim)
    buy(sim, row)
    fee = fees(
        sim.simulator.world.catalogue,
        sim.simulator.world.catalogue.listing_of(row["seller_id"], row["sku"]),
        row["price"],
    )
    left = row["price"] - row["source_price"] - fee.total_jpy
    assert counts(sim, f"fee_percent=amazon&costs_jpy={left}") == {"orders": 1}
    assert counts(sim, f"fee_percent=amazon&costs_jpy={left + 1}") == {"orders": 1, "sold_at_loss": 1}


def test_fee_and_costs_of_which_the_ledger_is_told_make_a_loss(sim: Any) -> None:
    row = free_of_postage(sim)
    buy(sim, row)
    kept, cost = row["price"], row["source_price"]  # an offer costs half as much again as its source
    assert counts(sim) == {"orders": 1}
    assert counts(sim, "fee_percent=33") == {"orders": 1}
    assert counts(sim, "fee_percent=34") == {"orders": 1, "sold_at_loss": 1}
    assert counts(sim, f"costs_jpy={kept - cost}") == {"orders": 1}
    assert counts(sim, f"costs_jpy={kept - cost + 1}") == {"orders": 1, "sold_at_loss": 1}
    case = {"seller_id": row["seller_id"], "sku": row["sku"], "at": START, "kept_jpy": cost - 1, "cost_jpy": cost}
    assert sim.ledger(f"costs_jpy={kept - cost + 1}")["cases"]["sold_at_loss"] == [case]
    assert sim.call("GET", "/_sim/ledger?costs_jpy=much").status == 400


def test_a_source_costs_what_it_cost_when_the_buyer_ordered(sim: Any) -> None:
    row, terms = ordered_and_dearer_since(sim)
    assert losses_of(sim, row, terms) == []
    sim.json("POST", "/_sim/offers", {"offers": [{"seller_id": row["seller_id"], "sku": row["sku"], "quantity": 1}]})
    buy(sim, row)
    (loss,) = losses_of(sim, row, terms)
    assert (loss["at"], loss["cost_jpy"]) == (sim.simulator.world.clock.now(), item(sim, row)["landed"])


def ordered_and_dearer_since(sim: Any) -> tuple[dict[str, Any], str]:
    """Return a listing with an order whose source costs more by now, and terms by which that order left nothing."""
    for row in [row for row in sim.rows() if row["quantity"] == 1]:
        before = item(sim, row)["landed"]
        sim.happen(row, "repriced", after=10)
        buy(sim, row)
        sim.advance(11)
        if item(sim, row)["landed"] > before:
            return row, f"costs_jpy={row['price'] - before}"
    raise AssertionError("no source became dearer")


def losses_of(sim: Any, row: dict[str, Any], terms: str) -> list[dict[str, Any]]:
    return [case for case in sim.ledger(terms)["cases"]["sold_at_loss"] if case["sku"] == row["sku"]]


def test_a_cancelled_order_is_no_loss(begin: Any) -> None:
    sim = begin(regretted_orders=1.0, quota_factor=1_000.0)
    row = one_piece(sim)
    buy(sim, row)
    assert counts(sim, "fee_percent=100") == {"orders": 1, "sold_at_loss": 1}
    sim.advance(DAY)
    assert sim.ledger()["orders_cancelled"] == {"buyer": 1, "amazon": 0, "merchant": 0}
    assert counts(sim, "fee_percent=100") == {"orders": 1}


def test_an_order_without_a_source_that_the_seller_meets_elsewhere_is_shipped(sim: Any) -> None:
    row = one_piece(sim)
    sim.happen(row, "suspended")
    buy(sim, row)
    sim.advance(300)
    other = unlisted(sim)
    assert meet(sim, row, other).status == 200
    assert sim.json("GET", f"/_sim/items/mercari/{other}")["state"] == "sold"
    assert counts(sim) == {"orders": 1, "orders_unsourced": 1, "orders_met_elsewhere": 1}
    assert counts(sim, "fee_percent=100")["sold_at_loss"] == 1, "by what was paid for the other item"
    sim.advance(2 * DAY)
    assert status(sim, row) == "SHIPPED"
    assert sim.ledger()["orders_cancelled"]["merchant"] == 0


def test_an_order_is_met_once_and_only_by_what_is_there(sim: Any) -> None:
    row = one_piece(sim)
    sim.happen(row, "suspended")
    buy(sim, row)
    sim.advance(300)
    other = unlisted(sim)
    assert meet(sim, row, "m00000000000").status == 400
    assert meet(sim, row, other).status == 200
    assert meet(sim, row, other).status == 400, "it is sold"
    unknown = {"order_id": "1", "marketplace": "mercari", "item_id": other}
    assert sim.call("POST", "/_sim/orders", {"met": [unknown]}).status == 400
    assert counts(sim)["orders_met_elsewhere"] == 1


def test_what_an_order_was_met_by_and_what_prices_were_outlives_a_restart(begin: Any, tmp_path: Path) -> None:
    before, after = (begin(regretted_orders=0.0, quota_factor=1_000.0) for _ in range(2))
    row = one_piece(before)
    before.happen(row, "repriced")
    before.advance(1)
    before.happen(row, "repriced")
    before.happen(row, "suspended")
    buy(before, row)
    before.advance(300)
    assert meet(before, row, unlisted(before)).status == 200
    save(before.simulator.world, tmp_path / "state.json")
    restore(after.simulator.world, orjson.loads((tmp_path / "state.json").read_bytes()))
    assert after.simulator.world.truth.prices == before.simulator.world.truth.prices
    after.advance(HOUR)
    before.advance(HOUR)
    assert counts(after, "fee_percent=100") == counts(before, "fee_percent=100")
    assert counts(after, "fee_percent=100")["sold_at_loss"] == 1


def test_a_state_file_of_an_earlier_release_has_the_last_price_alone(begin: Any, tmp_path: Path) -> None:
    before, after = begin(), begin()
    row = one_piece(before)
    before.happen(row, "repriced")
    save(before.simulator.world, tmp_path / "state.json")
    document = orjson.loads((tmp_path / "state.json").read_bytes())
    document["prices"] = {
        name: [(number, line[-1][1]) for number, line in prices] for name, prices in document["prices"].items()
    }
    restore(after.simulator.world, document)
    assert item(after, row)["price"] == item(before, row)["price"] != row["source_price"]
