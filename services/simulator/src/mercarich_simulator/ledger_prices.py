"""Prices in the ledger: each change of a price by a push, and whether its seller's rule asked for it.

The ledger is told the rule (`Follow`): of these sellers, prices may follow their source within a band around the price
at the start. A change of anybody else's price is one that nobody asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mercarich_simulator.amazon.offers import PUSHES, Offer
from mercarich_simulator.amazon.prices import PriceShown
from mercarich_simulator.ledger_orders import Terms, kept, source_at
from mercarich_simulator.offer_prices import first_price
from mercarich_simulator.world import World

A_DAY = 86_400.0
KINDS = ("prices_unasked", "prices_out_of_band", "prices_at_loss", "prices_too_many")


@dataclass(frozen=True, slots=True)
class Follow:
    """The price rule of some sellers."""

    seller_ids: frozenset[str] = frozenset()
    least_percent: float = 0.0
    """The lowest price, in per cent of that at the start; as the highest."""
    most_percent: float = 0.0
    changes_a_day: int = 0
    notice_seconds: float = 0.0
    """Age at most of the cost of the source that a price goes by."""


NO_FOLLOW = Follow()


def prices(world: World, terms: Terms, follow: Follow) -> dict[str, list[dict[str, Any]]]:
    """Return the changes of prices by pushes (`prices_changed`), and those that break the rule by `KINDS`."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in ("prices_changed", *KINDS)}
    for offer in world.offers.touched.values():
        pushes = [change for change in offer.pricing.changes if change.lane in PUSHES] if offer.pricing else []
        for place, change in enumerate(pushes):
            case = {"seller_id": offer.seller_id, "sku": offer.sku, "at": change.accepted_at, "price": change.price}
            found["prices_changed"].append(case)
            for kind in _broken(world, offer, pushes[: place + 1], terms, follow):
                found[kind].append(case)
    return found


def _broken(world: World, offer: Offer, pushes: Sequence[PriceShown], terms: Terms, follow: Follow) -> Iterator[str]:
    """Yield the kinds of the last of these changes."""
    change, first = pushes[-1], first_price(world.catalogue, offer)
    if offer.seller_id not in follow.seller_ids or first is None:
        yield "prices_unasked"
        return
    if not first * follow.least_percent <= change.price * 100 <= first * follow.most_percent:
        yield "prices_out_of_band"
    if _is_at_loss(world, offer, change, terms, follow):
        yield "prices_at_loss"
    since = change.accepted_at - A_DAY
    if sum(one.accepted_at > since for one in pushes) > follow.changes_a_day:
        yield "prices_too_many"


def _is_at_loss(world: World, offer: Offer, change: PriceShown, terms: Terms, follow: Follow) -> bool:
    """Return whether the price was a loss by all that the source cost since it may have been looked at."""
    source, at = source_at(offer, change.accepted_at), change.accepted_at
    if source is None:
        return False
    known = [priced.at for priced in world.truth.prices[source[0]].get(source[1], ())]
    moments = [at - follow.notice_seconds, *(one for one in known if at - follow.notice_seconds < one <= at)]
    looks = [look for moment in moments if (look := world.market.at(*source, moment)) is not None]
    left = kept(world, offer, change.price, terms, at)
    return bool(looks) and all(look.item.landed > left for look in looks)
