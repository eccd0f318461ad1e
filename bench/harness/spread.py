"""Medians with minimum and maximum, and ratios taken pair by pair: the figures that a benchmark reports."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """The median, minimum and maximum of the counted runs."""

    median: float
    low: float
    high: float
    runs: int

    def __str__(self) -> str:
        """Format as `0.43 (0.41–0.47)`; a single run has no spread to show."""
        middle = digits(self.median)
        return middle if self.runs == 1 else f"{middle} ({digits(self.low)}–{digits(self.high)})"


def spread(values: Sequence[float]) -> Spread:
    """Return the spread. Raises `ValueError` without a value."""
    if not values:
        raise ValueError("no run was counted")
    return Spread(statistics.median(values), min(values), max(values), len(values))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Return our values divided by theirs, run by run: both runs of a pair came one after the other, on the same state
    of the machine."""
    return spread([mine / other for mine, other in zip(ours, theirs, strict=True)])


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` (0–1] of all values do not exceed (nearest rank)."""
    if not values:
        raise ValueError("no value")
    return sorted(values)[max(1, math.ceil(len(values) * share)) - 1]


def digits(value: float) -> str:
    """Format with three significant digits, thousands with a comma."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"
