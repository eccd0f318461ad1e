"""Orders in the ledger: pieces sold at a loss, and orders that the seller met from elsewhere."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mercarich_simulator.amazon.fees import fees
from mercarich_simulator.amazon.offers import Offer
from mercarich_simulator.amazon.orders import Order
from mercarich_simulator.offer_prices import price_at
from mercarich_simulator.truth import BUYABLE, state_at
from mercarich_simulator.world import World


class FeeOf(StrEnum):
    """Which fee counts."""

    PERCENT = "percent"
    """A share of all prices."""
    AMAZON = "amazon"
    """What Amazon takes by category."""
    ESTIMATE = "estimate"
    """The share, and what Amazon takes as soon as it has told its seller so: who was not told cannot know it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sale costs its seller besides the source. The ledger is told them; without being told it counts none."""

    fee_percent: float = 0.0
    """Amazon's fee, in per cent of the order's price."""
    costs_jpy: int = 0
    fee_of: FeeOf = FeeOf.PERCENT


def kept(world: World, offer: Offer, price_jpy: int, terms: Terms, at: float) -> int:
    """Return what the fee of that time and the costs leave of a price, in whole yen."""
    told_at = world.estimated_at.get((offer.seller_id, offer.sku), at + 1)
    if terms.fee_of is FeeOf.AMAZON or (terms.fee_of is FeeOf.ESTIMATE and told_at <= at):
        return price_jpy - fees(world.catalogue, offer.listing, price_jpy).total_jpy - terms.costs_jpy
    return price_jpy * (1000 - round(terms.fee_percent * 10)) // 1000 - terms.costs_jpy


def losses(world: World, terms: Terms) -> list[dict[str, Any]]:
    """Return the orders that leave less than nothing: seller, SKU, time, what the terms leave of the price, the cost.

    An order costs what was paid where the seller bought it elsewhere, else what its source cost when the buyer ordered,
    with the postage as far as the marketplace tells one. Left out are cancelled orders, those of an offer without a
    known price, and those without a source that were bought nowhere: no piece was sold.
    """
    found = []
    for order in world.orders.kept.values():
        offer = world.offers.touched[(order.seller_id, order.sku)]
        cost = order.paid_jpy if order.paid_jpy is not None else _cost(world, offer, order)
        if cost is None or offer.listing is None or order.cancelled_by is not None:
            continue
        price = price_at(world.catalogue, offer, order.placed_at)
        if price is None:
            continue
        left = kept(world, offer, price, terms, order.placed_at)
        if cost > left:
            case = {"at": order.placed_at, "kept_jpy": left, "cost_jpy": cost}
            found.append({"seller_id": order.seller_id, "sku": order.sku, **case})
    return found


def _cost(world: World, offer: Offer, order: Order) -> int | None:
    at = order.placed_at
    source = source_at(offer, at)
    if source is None or state_at(world.truth.line(*source), at) not in BUYABLE:
        return None
    look = world.market.at(*source, at)
    return None if look is None else look.item.landed


def source_at(offer: Offer, at: float) -> tuple[str, int] | None:
    """Return marketplace and number of the source that an offer had then."""
    for source in reversed(offer.sources):
        if source.at <= at:
            return source.marketplace, source.number
    return (offer.listing.marketplace, offer.listing.source_number) if offer.listing else None
