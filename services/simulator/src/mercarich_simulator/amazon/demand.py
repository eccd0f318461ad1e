"""Which offer the next buyer comes for: each is as likely as its listed source's hazard to a power, the demand's.

What sells fast at a marketplace sells fast at Amazon, too: with the power 1 demand is in proportion to the hazard, with
0 all offers are alike. In a flat market all hazards are.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from mercarich_simulator.catalogue import MARKETPLACES, Catalogue
from mercarich_simulator.mixed_market import Fates

Chosen = Callable[[float], tuple[str, int]]
"""From a number from 0 to below 1, drawn evenly: marketplace and number of a listing."""


def demand(catalogue: Catalogue, fates: Fates | None) -> Chosen:
    """Return the choice of the next buyer. It is drawn once, from the sources at the beginning."""
    settings = catalogue.settings
    bounds: Sequence[float] = ()
    if fates is not None and settings.demand_power:
        bounds = list(
            accumulate(_hazard(catalogue, fates, n) ** settings.demand_power for n in range(settings.listings))
        )

    def chosen(part: float) -> tuple[str, int]:
        number = bisect_right(bounds, part * bounds[-1]) if bounds else int(part * settings.listings)
        return _place(min(number, settings.listings - 1))

    return chosen


def _place(number: int) -> tuple[str, int]:
    return MARKETPLACES[number % 2], number // 2


def _hazard(catalogue: Catalogue, fates: Fates, number: int) -> float:
    marketplace, of_marketplace = _place(number)
    fate = fates.of(marketplace, catalogue.shelves[marketplace].source_of(of_marketplace))
    return 0.0 if fate is None else fate.hazard_per_s
