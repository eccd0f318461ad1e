"""Stock in the ledger: pieces that buyers took, what the seller changed, and pushes that undo either."""

from collections.abc import Sequence
from typing import NamedTuple

from mercarich_simulator.amazon.offers import ORDER, PUSHES, SELLER, Offer
from mercarich_simulator.truth import BUYABLE, Change, state_at


class Stock(NamedTuple):
    """The orders of one offer, and the pushes that were wrong about its stock."""

    sold: int
    unsourced: int
    """Of these, those that came while the source could not be bought: the seller has to cancel them."""
    sold_twice: Sequence[float]
    """Times at which a push put up a piece that a buyer had taken."""
    pieces_sold_twice: Sequence[float]
    """Times of the orders for which no piece was left, although the source was there: what such pushes led to."""
    fought: Sequence[float]
    """Times at which a push undid what the seller had changed in Seller Central, without an event of the source."""


def stock(offer: Offer, truth: Sequence[Change]) -> Stock:
    """Return what buyers did with an offer, and what pushes made of it.

    A source has as many pieces as were up before its first order. An order takes one, if the source was there; what is
    up and what was taken must never be more than all pieces. A quantity that is set by hand counts as a new stock.
    """
    sources = list(offer.sources)
    shown = pieces = offer.first
    sold = unsourced = taken = 0
    edited: tuple[float, int] | None = None
    twice, again, fought = [], [], []
    for change in offer.changes:
        while sources and sources[0].at <= change.at:
            del sources[0]
            pieces, taken, edited = shown, 0, None
        if change.lane == ORDER:
            sold += 1
            there = state_at(truth, change.at) in BUYABLE
            taken, unsourced = taken + there, unsourced + (not there)
            if there and taken > pieces:
                again.append(change.at)
        elif change.lane not in PUSHES:
            pieces, taken = change.quantity, 0
            edited = (change.at, shown) if change.lane == SELLER else None
        else:
            if change.quantity > shown and taken and change.quantity + taken > pieces:
                twice.append(change.at)
            if edited and change.quantity == edited[1] and not _moved(truth, edited[0], change.at):
                fought.append(change.at)
            edited = None
        if not taken:
            pieces = max(pieces, change.quantity)
        shown = change.quantity
    return Stock(sold, unsourced, twice, again, fought)


def _moved(truth: Sequence[Change], begin: float, end: float) -> bool:
    return any(begin < change.at <= end for change in truth)
