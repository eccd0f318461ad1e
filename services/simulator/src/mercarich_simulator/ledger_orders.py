"""Orders in the ledger: pieces that were sold at Amazon, and pushes that offered them once more."""

from collections.abc import Sequence
from typing import NamedTuple

from mercarich_simulator.amazon.offers import ORDER, SEED, Offer
from mercarich_simulator.truth import BUYABLE, Change


class Orders(NamedTuple):
    """The orders of one offer."""

    sold: int
    unsourced: int
    """Of these, those that came while the source could not be bought: the seller has to cancel them."""
    sold_twice: Sequence[float]
    """Times at which a push put up a piece that a buyer had taken."""


def orders(offer: Offer, truth: Sequence[Change]) -> Orders:
    """Return what buyers did with an offer, and what pushes made of it.

    A source has as many pieces as were up before its first order. An order takes one, if the source was there; what is
    up and what was taken must never be more than all pieces. A quantity that is set by hand counts as a new stock.
    """
    sources = list(offer.sources)
    shown = pieces = offer.first
    sold = unsourced = taken = 0
    twice = []
    for change in offer.changes:
        while sources and sources[0].at <= change.at:
            del sources[0]
            pieces, taken = shown, 0
        if change.lane == ORDER:
            sold += 1
            there = _state(truth, change.at) in BUYABLE
            taken, unsourced = taken + there, unsourced + (not there)
        elif change.lane == SEED:
            pieces, taken = change.quantity, 0
        elif change.quantity > shown and taken and change.quantity + taken > pieces:
            twice.append(change.at)
        if not taken:
            pieces = max(pieces, change.quantity)
        shown = change.quantity
    return Orders(sold, unsourced, twice)


def _state(truth: Sequence[Change], at: float) -> str:
    return next((change.state for change in reversed(truth) if change.at <= at), "available")
