"""Loss rules in the ledger: a source that is too dear is to be down, and an order long after that blames somebody."""

from pathlib import Path
from typing import Any

import pytest
from tests.unit.simulator.test_buyers import buy
from tests.unit.simulator.test_fees import entry, estimates
from tests.unit.simulator.test_ledger_orders import free_of_postage, item

from mercarich_simulator.amazon.attributes import MERGE, QUANTITY, Write
from mercarich_simulator.amazon.fees import fees
from mercarich_simulator.amazon.offer_terms import OfferTerms
from mercarich_simulator.amazon.offers import PUT, Push, Source
from mercarich_simulator.state_file import read, restore, save


@pytest.fixture
def sim(begin: Any) -> Any:
    return begin(regretted_orders=0.0, quota_factor=1_000.0)


def dearer(sim: Any) -> tuple[dict[str, Any], str]:
    """Return a listing whose source becomes dearer in ten seconds, and a rule by which it is too dear then."""
    for row in [row for row in sim.rows() if row["quantity"] == 1 and item(sim, row)["landed"] == row["source_price"]]:
        before = item(sim, row)["landed"]
        sim.happen(row, "repriced", after=10)
        sim.advance(10)
        if item(sim, row)["landed"] > before:
            return row, f"costs_jpy={row['price'] - before}&take_down={row['seller_id']}"
    raise AssertionError("no source became dearer")


def test_only_a_seller_with_the_rule_may_be_down_for_a_price(sim: Any) -> None:
    row, rule = dearer(sim)
    sim.advance(7200)
    sim.patch(row, 0)

    assert sim.ledger(rule)["wrong_withdrawals"] == 0
    assert sim.ledger(rule.replace(row["seller_id"], "ANOTHER"))["wrong_withdrawals"] == 1
    assert sim.ledger(rule.partition("&")[0])["wrong_withdrawals"] == 1


def test_what_is_dear_is_not_to_be_put_up(sim: Any) -> None:
    row, rule = dearer(sim)
    for quantity in (0, 1):
        sim.advance(7200)
        sim.patch(row, quantity)

    assert (sim.ledger(rule)["wrong_withdrawals"], sim.ledger(rule)["wrong_restores"]) == (0, 1)


def test_what_is_cheap_is_not_to_be_taken_down(sim: Any) -> None:
    row = free_of_postage(sim)
    sim.advance(7200)
    sim.patch(row, 0)

    assert sim.ledger(f"take_down={row['seller_id']}")["wrong_withdrawals"] == 1
    assert sim.ledger(f"take_down={row['seller_id']}&least_percent=34")["wrong_withdrawals"] == 0
    assert sim.ledger(f"take_down={row['seller_id']}/{row['sku']}&least_percent=34")["wrong_withdrawals"] == 0
    assert sim.ledger(f"take_down={row['seller_id']}/other&least_percent=34")["wrong_withdrawals"] == 1


def test_an_offer_that_was_created_dear_may_be_down_after_that(sim: Any) -> None:
    row = free_of_postage(sim)
    world = sim.simulator.world
    offer, number = (row["seller_id"], "NEW-1"), world.catalogue.number_of(row["marketplace"], row["source_id"])
    sim.advance(3_600)
    now = world.clock.now()
    world.offers.put(*offer, OfferTerms(world.products.asin(1), "used_good", "", row["source_price"]))
    world.offers.accept(Push(*offer, [Write(MERGE, {QUANTITY: 1})], PUT, "created", now), now)
    world.offers.stand_on(*offer, Source(now, row["marketplace"], number))
    sim.advance(7_200)
    sim.patch(row | {"sku": "NEW-1"}, 0)

    told = [sim.ledger(rule) for rule in (f"take_down={row['seller_id']}&costs_jpy=1", f"take_down={row['seller_id']}")]

    counts = [[one[name] for name in ("wrong_withdrawals", "wrong_restores", "double_pushes")] for one in told]
    assert counts == [[0, 0, 0], [1, 0, 1]]


def test_an_order_at_a_loss_blames_somebody_after_the_notice_only(sim: Any) -> None:
    row, rule = dearer(sim)
    sim.advance(100)
    buy(sim, row)

    assert [sim.ledger(f"{rule}&notice={seconds}")["sold_at_loss_late"] for seconds in (200, 50)] == [0, 1]
    assert sim.ledger(rule.partition("&")[0])["sold_at_loss_late"] == 0


def test_what_amazon_takes_counts_from_its_first_estimate_on(sim: Any) -> None:
    row = free_of_postage(sim)
    sim.advance(7200)
    kept = row["price"] - row["source_price"]
    fee = fees_of(sim, row)
    assert fee < kept
    rule = f"fee_percent=amazon&before_estimate=90&costs_jpy=0&take_down={row['seller_id']}"
    sim.patch(row, 0)
    assert sim.ledger(rule)["wrong_withdrawals"] == 0  # 90 per cent leave too little

    found = estimates(sim, row["seller_id"], entry(row["sku"], row["price"]))
    assert found[row["sku"]]["Status"] == "Success"
    sim.advance(10)
    sim.patch(row, 1)
    assert sim.ledger(rule)["wrong_restores"] == 0
    sim.advance(7200)
    sim.patch(row, 0)
    assert sim.ledger(rule)["wrong_withdrawals"] == 1
    assert sim.ledger(rule.replace("before_estimate=90&", ""))["wrong_withdrawals"] == 2
    dear = f"costs_jpy={kept - fee + 1}"
    assert sim.ledger(rule.replace("costs_jpy=0", dear))["wrong_withdrawals"] == 0


def test_when_a_fee_was_first_told_outlives_a_restart(sim: Any, begin: Any, tmp_path: Path) -> None:
    row, world = free_of_postage(sim), sim.simulator.world
    estimates(sim, row["seller_id"], entry(row["sku"]))
    told = dict(world.estimated_at)
    estimates(sim, row["seller_id"], entry(row["sku"]))
    save(world, tmp_path / "state.json")

    restarted = begin(regretted_orders=0.0, quota_factor=1_000.0)
    document = read(tmp_path / "state.json")
    assert document is not None
    restore(restarted.simulator.world, document)

    assert list(told) == [(row["seller_id"], row["sku"])]
    assert world.estimated_at == restarted.simulator.world.estimated_at == told


def fees_of(sim: Any, row: dict[str, Any]) -> int:
    catalogue = sim.simulator.world.catalogue
    return fees(catalogue, catalogue.listing_of(row["seller_id"], row["sku"]), row["price"]).total_jpy
