"""Whether the market had another piece of the same product for sale that may stand in for one, at a moment."""

from collections.abc import Iterator
from math import inf

from mercarich_simulator.shelf import FIRST_NEW, YAHOO
from mercarich_simulator.truth import BUYABLE, state_at
from mercarich_simulator.world import World


def had_spare(world: World, marketplace: str, number: int, at: float, most_yen: float = inf) -> bool:
    """Return whether another piece of the item's product could be bought at `at` (Unix seconds), or the same one under
    another id, in no worse a condition and for at most `most_yen` with its postage."""
    truth, product = world.truth, product_of(world, marketplace, number)
    others = (
        one for piece in world.market.pieces_of(marketplace, product) for one in _listings(world, marketplace, piece)
    )
    return any(
        other != number
        and _listed_at(world, marketplace, other) <= at
        and state_at(truth.line(marketplace, other), at) in BUYABLE
        and world.catalogue.item(marketplace, other).condition <= world.catalogue.item(marketplace, number).condition
        and _cost(world, marketplace, other, at) <= most_yen
        for other in others
    )


def product_of(world: World, marketplace: str, number: int) -> int:
    """Return the number of the product of which an item is a piece."""
    first = world.truth.first_of(number) if marketplace == YAHOO else number
    return world.catalogue.shelves[marketplace].product_of(first)


def _cost(world: World, marketplace: str, number: int, at: float) -> float:
    """Return what the item costs with its postage then, in yen; where its page tells none, without it."""
    item = world.catalogue.item(marketplace, number)
    return item.payable * world.truth.percent(marketplace, number, at) / 100 + (item.postage or 0)


def _listings(world: World, marketplace: str, piece: int) -> Iterator[int]:
    """Yield the numbers under which a piece was listed. Pieces of Mercari keep theirs."""
    yield piece
    while marketplace == YAHOO and piece in world.truth.successors:
        piece = world.truth.successors[piece]
        yield piece


def _listed_at(world: World, marketplace: str, number: int) -> float:
    if marketplace == YAHOO and number in world.truth.relisted:
        return world.truth.relisted[number][1]
    fates = world.market.fates
    if number < FIRST_NEW or fates is None:
        return 0.0
    turn, at = fates.rounds[marketplace][number]
    return at if turn == 1 else 0.0
