"""By what became of orders: how many were cancelled beside how many exposure alone let expect. No I/O.

What sells fast, and what is bought elsewhere instead, move the share of cancelled orders away from the share of exposed
time. Before orders have shown by how much, the estimate of `demand` stands; each cancellation that is to be expected
lets what happened count more. A source that goes between an order and its purchase was exposed at no time: the share of
such orders is added. This share is 0 until orders show a higher one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mercarich_contracts.market import Marketplace

PRIOR_EXPECTED = 3.0
"""Expected cancellations for which the estimate by demand counts: with as many of real orders, both count alike."""
LEAST, MOST = 0.1, 5.0
"""Bounds of a factor: a marketplace that changes is forecast within them, whatever happened before."""
PRIOR_ORDERS = 100
"""Orders for which it counts that no source goes after its order: with as many of real orders, both count alike."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Orders of all sellers of offers with a source at one marketplace, of some days of the past."""

    expected: float
    """Cancellations, had all offers been ordered alike and all orders without a source been cancelled."""
    cancelled: int
    orders: int
    cancelled_later: int
    """Of the cancelled ones, those whose source was seen to be gone only after the first look."""

    def factor(self, by_demand: float) -> float:
        """Return what the share of exposed time is multiplied by. `by_demand`: the estimate without real orders."""
        without = self.cancelled - self.cancelled_later
        found = (without + PRIOR_EXPECTED * by_demand) / (self.expected + PRIOR_EXPECTED)
        return min(MOST, max(LEAST, found))

    @property
    def later(self) -> float:
        """Return the share of orders that are expected to be cancelled because the source goes after the order."""
        return self.cancelled_later / (self.orders + PRIOR_ORDERS)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the exposure of a seller's offers at each marketplace is multiplied by."""

    by_demand: float
    factors: Mapping[Marketplace, float]
    """Marketplaces whose orders have shown something."""
    on_sale: Mapping[Marketplace, float]
    """Offers that the seller has had on sale, on average."""
    later: Mapping[Marketplace, float]
    """Share of the orders, 0 to 1, that are expected to be cancelled because their source goes after them, where the
    seller has had offers."""

    def mean(self, exposed: Sequence[tuple[Marketplace, float]]) -> float:
        """Return the factor of all exposed time together. `exposed`: time by marketplace, in any unit."""
        whole = sum(time for _, time in exposed)
        if not whole:
            return self.by_demand
        return sum(self.factors.get(name, self.by_demand) * time for name, time in exposed) / whole

    @property
    def mean_later(self) -> float:
        """Return the share `later` of all of the seller's orders."""
        whole = sum(self.on_sale.values())
        return sum(share * self.on_sale[name] for name, share in self.later.items()) / whole if whole else 0.0


def calibrated(
    by_demand: float, outcomes: Mapping[Marketplace, Outcome], on_sale: Mapping[Marketplace, float]
) -> Calibration:
    return Calibration(
        by_demand,
        factors={name: outcome.factor(by_demand) for name, outcome in outcomes.items()},
        on_sale=on_sale,
        later={name: outcome.later for name, outcome in outcomes.items() if on_sale.get(name)},
    )
