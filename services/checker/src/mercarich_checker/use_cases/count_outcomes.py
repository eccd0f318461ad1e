"""Keep what became of a marketplace's orders beside what exposure let expect."""

from dataclasses import dataclass

from mercarich_checker.domain.cancellations import COUNT_EVERY, SETTLED, SPAN, outcome
from mercarich_checker.ports import Outcomes
from mercarich_contracts.market import Marketplace
from mercarich_platform.clock import Clock


@dataclass(frozen=True, slots=True)
class CountOutcomes:
    """Count if the last count is old. Raises `DatabaseAway`."""

    outcomes: Outcomes
    marketplace: Marketplace
    now: Clock

    def __call__(self) -> None:
        now, last = self.now(), self.outcomes.counted_at(self.marketplace)
        if last is not None and now - last < COUNT_EVERY:
            return
        until = now - SETTLED
        self.outcomes.keep(self.marketplace, outcome(self.outcomes.periods(self.marketplace, until - SPAN, until)), now)
