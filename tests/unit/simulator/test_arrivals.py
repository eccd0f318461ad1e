"""A mixed market renews itself: other products and spare pieces are listed, and buyers come for what is up."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mercarich_simulator.amazon.attributes import MERGE, QUANTITY, Write
from mercarich_simulator.amazon.offer_terms import OfferTerms
from mercarich_simulator.amazon.offers import PUT, Push, Source
from mercarich_simulator.bootstrap import Simulator
from mercarich_simulator.hazards import DAY
from mercarich_simulator.pictures.photo import photograph
from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.shelf import FIRST_NEW, MERCARI, STEP, YAHOO
from mercarich_simulator.sites.mercari_item import profile, seller_page
from mercarich_simulator.sites.pictures import shot_of, subject_of
from mercarich_simulator.sites.yahoo_search import matches
from mercarich_simulator.state_file import save
from mercarich_simulator.truth import BUYABLE

START = 1_800_000_000.0


def test_so_many_items_are_listed_in_a_day(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed", listed_a_day=0.5, spare_pieces=0.6)
    sim.advance(4 * DAY)
    world = sim.simulator.world
    for marketplace, shelf in world.catalogue.shelves.items():
        assert len(_listed(world, marketplace)) == pytest.approx(4 * 0.5 * shelf.size, rel=0.15)


def test_nothing_is_listed_in_a_flat_market_or_where_none_shall_be(begin) -> None:  # type: ignore[no-untyped-def]
    for settings in ({"listed_a_day": 5.0}, {"market": "mixed", "listed_a_day": 0.0}):
        sim = begin(**settings)
        sim.advance(4 * DAY)
        world = sim.simulator.world
        assert not any(kind == "comes" for *_, kind in world.events.scheduled)
        if world.market.fates:
            assert not _listed(world, YAHOO) + _listed(world, MERCARI)


def test_products_that_are_for_sale_have_spare_pieces_as_often_as_set_all_the_time(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed", spare_pieces=0.6)
    for _ in range(3):
        sim.advance(5 * DAY)
        world = sim.simulator.world
        for marketplace in (YAHOO, MERCARI):
            pieces = [count for _, count in _for_sale(world, marketplace) if count]
            assert sum(count > 1 for count in pieces) / len(pieces) == pytest.approx(0.6, abs=0.12)


def test_a_new_product_has_a_spare_piece_as_often_as_an_old_one(begin) -> None:  # type: ignore[no-untyped-def]
    """Sellers list what came up lately: an order of theirs must not be harder to meet for that."""
    sim = begin(market="mixed", listings=2_000, spare_pieces=0.6)
    sim.advance(6 * DAY)
    world, now = sim.simulator.world, sim.simulator.world.clock.now()
    for marketplace in (YAHOO, MERCARI):
        lately = {*world.market.products_since(marketplace, now - 2 * DAY)}
        counts = dict(_for_sale(world, marketplace))
        new = [count for product, count in counts.items() if count and product in lately]
        old = [count for product, count in counts.items() if count and product not in lately]
        shares = [sum(count > 1 for count in pieces) / len(pieces) for pieces in (new, old)]
        assert shares == pytest.approx([0.6, 0.6], abs=0.1)


def test_where_no_product_has_a_spare_piece_no_new_one_has(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed", spare_pieces=0.0)
    sim.advance(4 * DAY)
    for marketplace in (YAHOO, MERCARI):
        assert all(number < STEP for number in _listed(sim.simulator.world, marketplace))


@pytest.mark.parametrize("marketplace", [YAHOO, MERCARI])
def test_a_new_item_has_a_page_and_is_found_by_its_words(begin, marketplace: str) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed", spare_pieces=0.6)
    sim.advance(2 * DAY)
    world, now = sim.simulator.world, sim.simulator.world.clock.now()
    other = next(number for number in _listed(world, marketplace) if number < STEP)
    piece = next(number for number in _listed(world, marketplace) if number > STEP)
    for number, product in ((other, other), (piece, piece % STEP)):
        look = world.market.at(marketplace, number, now)
        assert world.market.find(marketplace, look.item.item_id, now) == look
        assert START < look.item.created_at < now
        found = [one.item.number for one in matches(world.market, marketplace, f"MX-{product:05d}", now)]
        assert number in found
    assert world.market.find(marketplace, world.catalogue.item_id(marketplace, FIRST_NEW + 10**6), now) is None


def test_a_spare_piece_that_is_listed_later_is_cheaper_and_as_good(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed", spare_pieces=0.6)
    sim.advance(5 * DAY)
    world = sim.simulator.world
    for number in [number for number in _listed(world, MERCARI) if number > STEP]:
        spare, first = world.catalogue.item(MERCARI, number), world.catalogue.item(MERCARI, number % STEP)
        assert 0.69 * first.payable - 10 < spare.price < first.payable
        assert spare.condition == first.condition
        assert world.catalogue.shelves[MERCARI].product_of(number) == number % STEP


def test_a_seller_of_mercari_has_those_that_are_listed_and_no_others(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed")
    sim.advance(5 * DAY)
    world, now = sim.simulator.world, sim.simulator.world.clock.now()
    items = (world.catalogue.item(MERCARI, number) for number in _listed(world, MERCARI))
    mine = next(item for item in items if item.kind == "ordinary")
    statuses = {"on_sale", "trading", "sold_out"}
    page = seller_page(world.market, mine.seller_id, statuses, (100, 2**63), now)
    ids = {row["id"] for row in page["data"]}
    assert mine.item_id in ids or world.truth.state(MERCARI, mine.number) == "deleted"
    assert profile(world.market, mine.seller_id, now, full=True)["id"] == int(mine.seller_id)
    assert ids <= {world.catalogue.item_id(MERCARI, number) for number in _listed(world, MERCARI)}


def test_equal_seeds_list_equal_items_also_over_a_restart(tmp_path: Path) -> None:
    settings = SimulatorSettings(
        listings=200,
        sellers=4,
        spare_pieces=0.6,
        start_at=START,
        clock_mode="manual",
        market="mixed",
        orders_per_hour=0.01,
        state_file=tmp_path / "state",
    )
    first = Simulator(settings)
    first.world.clock.advance(3 * DAY)
    first.world.settle()
    save(first.world, tmp_path / "state")
    second = Simulator(settings)
    for simulator in (first, second):
        simulator.world.clock.advance(3 * DAY)
        simulator.world.settle()
    for marketplace in (YAHOO, MERCARI):
        assert _listed(first.world, marketplace) == _listed(second.world, marketplace)
        assert len(_listed(first.world, marketplace)) > 100
    assert json.dumps(first.world.truth.lines) == json.dumps(second.world.truth.lines)
    assert [order.sku for order in first.world.orders.kept.values()] == [
        order.sku for order in second.world.orders.kept.values()
    ]


def test_buyers_come_for_created_offers_and_for_none_that_is_down(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed", listings=40, demand_power=1.0)
    sim.advance(2 * DAY)
    world, now = sim.simulator.world, sim.simulator.world.clock.now()
    seller = world.catalogue.sellers[0]
    number = next(number for number in _listed(world, MERCARI) if number < STEP)
    world.offers.put(seller.seller_id, "NEW-1", OfferTerms(world.products.asin(1), "used_good", "", 5_000))
    push = Push(seller.seller_id, "NEW-1", [Write(MERGE, {QUANTITY: 100})], PUT, "created", now)
    world.offers.accept(push, now)
    world.offers.stand_on(seller.seller_id, "NEW-1", Source(now, MERCARI, number))
    for offer in [offer for seller in world.catalogue.sellers for offer in world.offers.of_seller(seller)]:
        if offer.listing is not None:
            world.offers.accept(Push(offer.seller_id, offer.sku, [Write(MERGE, {QUANTITY: 0})], PUT, "down", now), now)
    world.buyers.set_rate(0.01, now)
    sim.advance(DAY)
    skus = {order.sku for order in world.orders.kept.values()}
    assert skus == {"NEW-1"}


def test_a_piece_that_was_relisted_twice_shows_the_same_thing(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed", listings=100)
    sim.advance(12 * DAY)
    world, now = sim.simulator.world, sim.simulator.world.clock.now()
    again = next(
        new
        for new, (origin, _) in world.truth.relisted.items()
        if origin in world.truth.relisted and world.truth.state(YAHOO, new) in BUYABLE
    )
    first = world.truth.first_of(again)
    item = world.market.at(YAHOO, again, now).item
    shown = sim.call("GET", f"/yahoo/images/{item.item_id}_1.jpg").draw()
    subject = subject_of(world.settings.seed, world.catalogue.shelves[YAHOO].product_of(first))
    assert shown == photograph(subject, shot_of(item, 1))


def _listed(world: Any, marketplace: str) -> list[int]:
    return [number for number in world.market.fates.rounds[marketplace] if number >= FIRST_NEW]


def _for_sale(world: Any, marketplace: str) -> Iterator[tuple[int, int]]:
    """Each product, and how many pieces of it are for sale that are no worse and no dearer than its first one."""
    shelf = world.catalogue.shelves[marketplace]
    products = {*range(shelf.sources), *(number % STEP for number in _listed(world, marketplace))}
    for product in sorted(products):
        first = world.catalogue.item(marketplace, product)
        every = [world.catalogue.item(marketplace, one) for one in world.market.pieces_of(marketplace, product)]
        pieces = [one.number for one in every if one.condition <= first.condition and one.payable <= first.payable]
        last = [world.truth.last_of(marketplace, piece) for piece in pieces]
        yield product, sum(world.truth.state(marketplace, number) in BUYABLE for number in last)
