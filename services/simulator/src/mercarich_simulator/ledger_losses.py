"""Loss rules in the ledger: what a seller wants to be down while its source costs too much.

The ledger is told the rule (`Stop`). A source that is there and too dear is *dear*: for the changes of the offers of
these sellers, that counts as gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, nextafter
from typing import Any

from mercarich_simulator.amazon.offers import PUT, Offer
from mercarich_simulator.ledger_orders import Terms, kept, source_at
from mercarich_simulator.offer_prices import first_price
from mercarich_simulator.truth import BUYABLE, Change, state_at
from mercarich_simulator.world import World

DEAR = "dear"
"""The state of a source that can be bought, and that its offer's seller does not want to buy."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The loss rule of some sellers, or of some of their offers."""

    whose: frozenset[str] = frozenset()
    """Sellers' ids; `seller/SKU` for a single offer."""
    least_percent: float = 0.0
    """Of the offer's price: what a sale must earn."""
    notice_seconds: float = 0.0
    """Time that a dear source may take to be noticed: an order within it blames nobody."""

    def applies_to(self, offer: Offer) -> bool:
        return not self.whose.isdisjoint((offer.seller_id, f"{offer.seller_id}/{offer.sku}"))


def with_losses(world: World, offer: Offer, truth: Sequence[Change], terms: Terms, stop: Stop) -> list[Change]:
    """Return the time line of the offer's sources, with `dear` as a state of its own.

    Whoever has an offer created wants it up at its price: its source is dear after that, at the earliest.
    """
    offered = first_price(world.catalogue, offer)
    if not stop.applies_to(offer) or offered is None:
        return list(truth)
    moments, created = _moments(world, offer, truth), -inf
    if offer.changes and offer.changes[0].lane == PUT:
        created = offer.changes[0].at
        moments.add(nextafter(created, inf))
    least = -(-offered * round(stop.least_percent * 10) // 1000)
    line: list[Change] = []
    for at in sorted(moments):
        state = state_at(truth, at)
        if (
            at > created
            and state in BUYABLE
            and _cost(world, offer, at) > kept(world, offer, offered, terms, at) - least
        ):
            state = DEAR
        if state != (line[-1].state if line else "available"):
            line.append(Change(at, state))
    return line


def sold_late(
    cases: Sequence[dict[str, Any]], lines: Mapping[tuple[str, str], Sequence[Change]], stop: Stop
) -> list[dict[str, Any]]:
    """Return those orders at a loss of sellers with the rule whose source had been dear for longer than the notice.

    `lines`: those of `with_losses`, by seller and SKU.
    """
    late = []
    for case in cases:
        line, at = lines.get((case["seller_id"], case["sku"]), ()), case["at"]
        since = max((change.at for change in line if change.at <= at), default=at)
        if state_at(line, at) == DEAR and at - since > stop.notice_seconds:
            late.append(case)
    return late


def _moments(world: World, offer: Offer, truth: Sequence[Change]) -> set[float]:
    """Return the times at which the state, the source or its price changes, or the fee is told."""
    first = offer.listing
    sources = [(source.marketplace, source.number) for source in offer.sources]
    sources += [(first.marketplace, first.source_number)] if first else []
    prices = [priced.at for name, number in sources for priced in world.truth.prices[name].get(number, ())]
    told = world.estimated_at.get((offer.seller_id, offer.sku))
    fees = () if told is None else (told,)
    return {world.catalogue.start_at, *prices, *fees, *(change.at for change in truth)}


def _cost(world: World, offer: Offer, at: float) -> int:
    source = source_at(offer, at)
    look = world.market.at(*source, at) if source else None
    return look.item.landed if look else 0
