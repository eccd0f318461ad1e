"""Whether another piece of a product was for sale at a moment, by the market's own truth."""

from functools import partial

from tests.soak.spares import had_spare

from mercarich_simulator.clock import SimClock
from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.shelf import MERCARI, STEP, YAHOO
from mercarich_simulator.world import World, begin

START = 1_800_000_000.0
DAY = 86_400.0


def market(*, spares: float = 0.6, listed: float = 0.25) -> World:
    chosen = SimulatorSettings(
        listings=400, sellers=2, market="mixed", spare_pieces=spares, listed_a_day=listed, start_at=START
    )
    return begin(chosen, SimClock(START, "manual"))


def test_a_spare_piece_counts_while_it_is_for_sale() -> None:
    world = market()
    shelf = world.catalogue.shelves[MERCARI]
    alone = next(n for n in range(shelf.sources) if len(shelf.pieces_of(n)) == 1)
    source = next(n for n in range(shelf.sources) if len(shelf.pieces_of(n)) == 2)
    spare = shelf.pieces_of(source)[1]
    assert not had_spare(world, MERCARI, alone, START)
    assert had_spare(world, MERCARI, source, START)
    world.truth.put(MERCARI, spare, "sold", START + 100)
    assert [had_spare(world, MERCARI, source, START + after) for after in (99, 101)] == [True, False]


def test_a_spare_piece_that_is_too_dear_or_in_a_worse_condition_does_not_count() -> None:
    world = market(spares=0.0)
    shelf, item = world.catalogue.shelves[MERCARI], partial(world.catalogue.item, MERCARI)
    pairs = [shelf.pieces_of(product) for product in range(shelf.sources)]
    own, other = next(pair for pair in pairs if len(pair) == 2 and item(pair[1]).condition <= item(pair[0]).condition)
    cost = item(other).payable + (item(other).postage or 0)
    assert [had_spare(world, MERCARI, own, START, cost + more) for more in (0, -1)] == [True, False]
    worse = next(pair for pair in pairs if len(pair) == 2 and item(pair[1]).condition > item(pair[0]).condition)
    assert not had_spare(world, MERCARI, worse[0], START)


def test_a_piece_that_is_listed_later_counts_from_then_on() -> None:
    world = market(listed=1.0)
    world.clock.advance(2 * DAY)
    world.settle()
    rounds = world.market.fates.rounds[MERCARI]  # type: ignore[union-attr]
    piece = next(
        number for number in rounds if number > STEP and len(world.market.pieces_of(MERCARI, number % STEP)) == 2
    )
    listed_at = rounds[piece][1]
    assert [had_spare(world, MERCARI, piece % STEP, listed_at + after) for after in (-1, 1)] == [False, True]


def test_the_same_piece_under_a_new_id_counts() -> None:
    world = market(spares=0.0, listed=0.0)
    shelf = world.catalogue.shelves[YAHOO]
    alone = next(n for n in range(shelf.sources) if len(shelf.pieces_of(n)) == 1)
    world.truth.put(YAHOO, alone, "ended", START + 10)
    world.truth.relist(alone, shelf.size, START + 50)
    assert [had_spare(world, YAHOO, alone, START + after) for after in (20, 60)] == [False, True]
