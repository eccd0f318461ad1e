"""Which offer the next buyer comes for.

In a mixed market it is one of those that are up then, whoever has created it, each as likely as the hazard of its
source to a power, the demand's: what sells fast at a marketplace sells fast at Amazon, too. With the power 1 demand is
in proportion to the hazard, with 0 all offers are alike. In a flat market it is any offer of the start.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator

from mercarich_simulator.amazon.offers import Offers
from mercarich_simulator.catalogue import MARKETPLACES, Listing
from mercarich_simulator.fates import Fates

Key = tuple[str, str]
"""Seller id and SKU."""
Chosen = Callable[[float], Key | None]
"""From a number from 0 to below 1, drawn evenly: an offer; None: nothing is up."""


def demand(offers: Offers, fates: Fates | None) -> Chosen:
    """Return the choice of the next buyer."""
    settings = offers.catalogue.settings

    def any_of_the_start(part: float) -> Key | None:
        number = min(int(part * settings.listings), settings.listings - 1)
        return _key(offers.catalogue.listing(MARKETPLACES[number % 2], number // 2))

    return any_of_the_start if fates is None else _Present(offers, fates, settings.demand_power).chosen


class _Present:
    """What is up when a buyer comes."""

    def __init__(self, offers: Offers, fates: Fates, power: float) -> None:
        self._offers = offers
        self._fates = fates
        self._power = power
        catalogue = offers.catalogue
        places = ((name, number) for name, shelf in catalogue.shelves.items() for number in range(shelf.listings))
        listings = (catalogue.listing(*place) for place in places)
        self._at_start = {_key(listing): listing for listing in listings}

    def chosen(self, part: float) -> Key | None:
        keys, bounds, total = [], [], 0.0
        for key, source in self._up():
            fate = self._fates.of(*source) if source is not None else None
            if fate is not None:
                total += fate.hazard_per_s**self._power
                keys.append(key)
                bounds.append(total)
        return keys[min(bisect_right(bounds, part * total), len(keys) - 1)] if keys else None

    def _up(self) -> Iterator[tuple[Key, tuple[str, int] | None]]:
        """Yield each offer that can be bought, with its source now; always in the same order."""
        touched = self._offers.touched
        for key, listing in self._at_start.items():
            if key not in touched and listing.quantity:
                yield key, (listing.marketplace, listing.source_number)
        for key, offer in touched.items():
            if offer.buyable and not offer.deleted:
                yield key, offer.source


def _key(listing: Listing) -> Key:
    return listing.seller.seller_id, listing.sku
