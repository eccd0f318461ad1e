"""Keep what the sources of a marketplace need, what its budget gives, and how fresh the looks at them are."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mercarich_checker.ports import Budgets, Capacities, Coverages
from mercarich_contracts.coverage import COUNT_LASTS
from mercarich_contracts.market import Marketplace
from mercarich_platform.clock import Clock

COUNT_EVERY = timedelta(minutes=10)
"""A count reads every listing; a plan is not outgrown within minutes."""
PAUSES = 100
"""Times that a count took, for which the next one waits: with a million listings it takes seconds."""
LONGEST_PAUSE = COUNT_LASTS / 2
"""A slow count is repeated before the last one says nothing any more."""


@dataclass(slots=True, eq=False)
class MeasureCapacity:
    """Ask the proxy, and count if the last count is old. Raises `DatabaseAway` and `ProxyAway`."""

    capacities: Capacities
    coverages: Coverages
    budgets: Budgets
    marketplace: Marketplace
    now: Clock
    _not_before: datetime | None = field(default=None, init=False)

    def __call__(self) -> None:
        try:
            budget = self.budgets.budget()
            self.capacities.hear(self.marketplace, budget, self.now())
        finally:
            self._count_if_due()

    def _count_if_due(self) -> None:
        now, last = self.now(), self.capacities.counted_at(self.marketplace)
        if (self._not_before and now < self._not_before) or (last is not None and now - last < COUNT_EVERY):
            return
        try:
            self.coverages.count(self.marketplace, now)
            self.capacities.count(self.marketplace, now)
        finally:
            self._not_before = now + min(PAUSES * (self.now() - now), LONGEST_PAUSE)
