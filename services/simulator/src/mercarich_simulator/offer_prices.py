"""Prices of offers: at the start, as submitted, and as buyers see them."""

from collections.abc import Sequence

from mercarich_simulator.amazon.attributes import DELETE, MERGE, Invalid
from mercarich_simulator.amazon.lag import lag
from mercarich_simulator.amazon.offers import Offer
from mercarich_simulator.amazon.prices import LEAST, MOST, OURS, Fields, PriceShown, PriceWrite, Pricing, after, invalid
from mercarich_simulator.catalogue import Catalogue
from mercarich_simulator.seeding import offered_at


def first_price(catalogue: Catalogue, offer: Offer) -> int | None:
    """Return the offer's price at the start; None: Amazon knows none."""
    if offer.terms is not None:
        return offer.terms.price
    if offer.listing is None:
        return None
    return offered_at(catalogue.item(offer.listing.marketplace, offer.listing.source_number))


def entry_of(catalogue: Catalogue, offer: Offer) -> Fields:
    """Return what the seller has submitted."""
    if offer.pricing is not None:
        return offer.pricing.entry
    first = first_price(catalogue, offer)
    return {} if first is None else {OURS: first}


def told_at(catalogue: Catalogue, offer: Offer, at: float) -> Fields:
    """Return what getListingsItem told then of what the seller has submitted."""
    told = offer.pricing.told if offer.pricing is not None else ()
    known = [entry for since, entry in told if since <= at]
    return known[-1] if known else entry_of(catalogue, offer)


def price_at(catalogue: Catalogue, offer: Offer, at: float) -> int | None:
    """Return the price that buyers saw then."""
    changes = offer.pricing.changes if offer.pricing is not None else ()
    shown = [change.price for change in changes if change.at <= at]
    return shown[-1] if shown else first_price(catalogue, offer)


def refused(entry: Fields, writes: Sequence[PriceWrite]) -> Invalid | None:
    """Return why Amazon does not take the writes; None: it does."""
    for write in writes:
        entry = after(entry, write)
        price = entry.get(OURS)
        if price is not None and not entry.get(LEAST, price) <= price <= entry.get(MOST, price):
            return invalid()
    return None


def accept(
    catalogue: Catalogue, offer: Offer, writes: Sequence[PriceWrite], push: PriceShown, typical_seconds: float
) -> None:
    """Apply what Amazon has accepted as `push` says; its price is not read. The attribute tells it, and buyers see it,
    each after a lag of its own."""
    at = push.accepted_at
    if offer.pricing is None:
        offer.pricing = Pricing(entry_of(catalogue, offer))
        offer.pricing.told = [(at, offer.pricing.entry)]
    pricing, before = offer.pricing, offer.pricing.entry
    for write in writes:
        named = set(write.fields)
        pricing.lost += [(at, name, before[name], push.reference) for name in before if _is_lost(write, name, named)]
        pricing.entry = after(pricing.entry, write)
    place = (catalogue.settings.seed, offer.seller_id, offer.sku)
    _tell(pricing, at, lag(typical_seconds, *place, "attribute", push.reference))
    price = pricing.entry.get(OURS)
    if price is None or price == before.get(OURS):
        return
    waits = lag(typical_seconds, *place, "price", len(pricing.changes))
    shows = max([at + waits, *(change.at for change in pricing.changes)])
    pricing.changes.append(push._replace(at=shows, price=price))


def _tell(pricing: Pricing, at: float, waits: float) -> None:
    """Have the attribute tell the entry after its lag, and after what was accepted before."""
    now = max((place for place, (since, _) in enumerate(pricing.told) if since <= at), default=0)
    pricing.told = pricing.told[now:]
    pricing.told.append((max([at + waits, *(since for since, _ in pricing.told)]), pricing.entry))


def _is_lost(write: PriceWrite, name: str, named: set[str]) -> bool:
    return write.operation not in (MERGE, DELETE) and name not in named
