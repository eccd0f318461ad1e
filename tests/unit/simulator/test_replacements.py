"""Spare pieces of listed items, and a ledger that knows to which source an offer was moved."""

from typing import Any

import pytest

from mercarich_simulator.amazon.attributes import MERGE, QUANTITY, Write
from mercarich_simulator.amazon.offers import FEED, PATCH, Push, Source
from mercarich_simulator.clock import SimClock
from mercarich_simulator.ledger import Frame
from mercarich_simulator.ledger_report import ledger
from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.shelf import YAHOO
from mercarich_simulator.sites.yahoo_search import matches
from mercarich_simulator.world import World, begin

START = 1_780_000_000.0


@pytest.fixture
def world() -> World:
    settings = SimulatorSettings(listings=200, sellers=4, spare_pieces=1.0, churn_per_hour=0, start_at=START)
    return begin(settings, SimClock(START, "manual", 1.0))


def test_a_spare_piece_is_found_by_its_model_as_good_and_cheaper(world: World) -> None:
    shelf = world.catalogue.shelves[YAHOO]
    for number in range(shelf.sources):
        listed = world.catalogue.item(YAHOO, number)
        found = [look.item for look in matches(world.market, YAHOO, f"MX-{number:05d}", START)]
        spares = [item for item in found if shelf.spare_of(item.number) == number]
        assert [(item.condition, item.payable <= listed.payable) for item in spares] == [(listed.condition, True)]


def test_without_spares_the_market_is_as_it_was() -> None:
    plain = begin(SimulatorSettings(listings=200, churn_per_hour=0, start_at=START), SimClock(START, "manual", 1.0))
    assert plain.catalogue.shelves[YAHOO].spares == 0
    assert plain.catalogue.shelves[YAHOO].pieces_of(30) == (30, plain.catalogue.shelves[YAHOO].sources + 30)


def _sell_and_withdraw(world: World, number: int) -> Any:
    listing = world.catalogue.listing(YAHOO, number)
    world.truth.put(YAHOO, listing.source_number, "sold", START + 10)
    _push(world, listing, 0, START + 20)
    return listing


def _restore(world: World, listing: Any, source: int, at: float) -> None:
    world.offers.stand_on(listing.seller.seller_id, listing.sku, Source(at, YAHOO, source))
    _push(world, listing, 1, at + 5)


def _push(world: World, listing: Any, quantity: int, at: float) -> None:
    writes = [Write(MERGE, {QUANTITY: quantity})]
    world.offers.accept(Push(listing.seller.seller_id, listing.sku, writes, PATCH, "p", at), at)


def test_a_restore_is_judged_by_the_source_that_the_offer_was_moved_to(world: World) -> None:
    listing = _sell_and_withdraw(world, 0)
    spare = world.catalogue.shelves[YAHOO].pieces_of(listing.source_number)[-1]
    _restore(world, listing, spare, START + 100)
    told = ledger(world, Frame(START, START + 1_000), details=False)
    assert (told["clean"], told["revived"]) == (True, 1)


def test_a_restore_to_a_source_that_was_gone_at_the_push_is_wrong(world: World) -> None:
    listing = _sell_and_withdraw(world, 0)
    spare = world.catalogue.shelves[YAHOO].pieces_of(listing.source_number)[-1]
    world.truth.put(YAHOO, spare, "sold", START + 50)
    _restore(world, listing, spare, START + 100)
    told = ledger(world, Frame(START, START + 1_000), details=False)
    assert (told["clean"], told["wrong_restores"]) == (False, 1)


def test_a_restore_is_excused_by_what_was_so_when_the_feed_of_its_zero_was_sent(world: World) -> None:
    """The replacement was found then, and sold before Amazon processed the feed."""
    listing = world.catalogue.listing(YAHOO, 7)
    world.truth.put(YAHOO, listing.source_number, "sold", START + 10)
    spare = world.catalogue.shelves[YAHOO].sources + 7
    zero = [Write(MERGE, {QUANTITY: 0})]
    world.offers.stand_on(listing.seller.seller_id, listing.sku, Source(START + 21, YAHOO, spare))
    world.truth.put(YAHOO, spare, "sold", START + 30)
    world.offers.accept(Push(listing.seller.seller_id, listing.sku, zero, FEED, "f", START + 20), START + 100)
    _push(world, listing, 1, START + 200)

    found = ledger(world, Frame(START, START + 300), details=False)

    assert (found["wrong_restores"], found["double_pushes"]) == (0, 0)


def test_a_restore_to_what_another_offer_of_the_seller_stands_on_is_wrong(world: World) -> None:
    first, second = _sell_and_withdraw(world, 0), _sell_and_withdraw(world, 4)
    assert first.seller == second.seller
    spare = world.catalogue.shelves[YAHOO].pieces_of(first.source_number)[-1]
    _restore(world, first, spare, START + 100)
    _restore(world, second, spare, START + 200)
    told = ledger(world, Frame(START, START + 1_000), details=False)
    assert told["wrong_restores"] == 1
    assert told["cases"]["wrong_restores"][0]["sku"] == second.sku
