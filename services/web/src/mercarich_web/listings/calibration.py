"""By what became of orders: how many were cancelled beside how many exposure alone let expect. No I/O.

What sells fast, what sells at a source between an order and its purchase, and what is bought elsewhere instead: each
moves the share of cancelled orders away from the share of exposed time. Before orders have shown by how much, the
estimate of `demand` stands; each cancellation that is to be expected lets what happened count more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mercarich_contracts.market import Marketplace

PRIOR_EXPECTED = 3.0
"""Expected cancellations for which the estimate by demand counts: with as many of real orders, both count alike."""
LEAST, MOST = 0.1, 5.0
"""Bounds of a factor: a marketplace that changes is forecast within them, whatever happened before."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Orders of all sellers of offers with a source at one marketplace, of some days of the past."""

    expected: float
    """Cancellations, had all offers been ordered alike and all orders without a source been cancelled."""
    cancelled: int

    def factor(self, by_demand: float) -> float:
        """Return what the share of exposed time is multiplied by. `by_demand`: the estimate without real orders."""
        found = (self.cancelled + PRIOR_EXPECTED * by_demand) / (self.expected + PRIOR_EXPECTED)
        return min(MOST, max(LEAST, found))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the exposure of a seller's offers at each marketplace is multiplied by."""

    by_demand: float
    factors: Mapping[Marketplace, float]
    """Marketplaces whose orders have shown something."""

    def mean(self, exposed: Sequence[tuple[Marketplace, float]]) -> float:
        """Return the factor of all exposed time together. `exposed`: time by marketplace, in any unit."""
        whole = sum(time for _, time in exposed)
        if not whole:
            return self.by_demand
        return sum(self.factors.get(name, self.by_demand) * time for name, time in exposed) / whole


def calibrated(by_demand: float, outcomes: Mapping[Marketplace, Outcome]) -> Calibration:
    return Calibration(by_demand, {name: outcome.factor(by_demand) for name, outcome in outcomes.items()})
