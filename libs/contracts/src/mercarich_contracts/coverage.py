"""Coverage: the share of the sources on sale that were looked at within what the plans of their sellers allow.

A source that several sellers list counts for each of them, by the plan of each.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor

from mercarich_contracts.schedule import DAY, PLANS

GRACE = 1.25
"""What a look may take of the time between two looks. A run lasts hours where the budget is nearly used up, so that
looks at one source are not made at exactly the plan's interval."""
LEAST_COVERAGE = 0.95
"""Below this, something is wrong. Some sources show no state for days, and some are always a little late."""
COUNT_LASTS = timedelta(hours=1)
"""Age from which a count says nothing any more. Checkers count every ten minutes, more rarely where a count is slow."""


def planned_wait(checks_a_day: int) -> timedelta:
    """Return the time between two looks by a plan with so many checks a day."""
    return DAY / checks_a_day


def late_after(checks_a_day: int) -> timedelta:
    """Return the age of a look from which its source is not covered."""
    return GRACE * planned_wait(checks_a_day)


LATE_AFTER = {checks: late_after(checks) for checks in PLANS}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How fresh the looks at a marketplace's sources on sale were at `counted_at`: of one seller, or of all.

    The times are those of looks that found a known state. What was looked at since makes their age only less, so that
    "half of them were seen since" stays true.
    """

    marketplace: str
    sources: int
    covered: int
    """Looked at within the plan and its grace. A source without a look is covered for as long after it is offered."""
    unseen: int
    """Without a look so far; the times leave them out."""
    half_since: datetime | None
    """Since when at least half of the others were looked at. None, as the next two: there was no look yet."""
    most_since: datetime | None
    """Since when at least 95 % of them were."""
    oldest_at: datetime | None
    counted_at: datetime

    @property
    def share(self) -> float:
        """Return the coverage, 0 to 1; 1 where nothing is on sale."""
        return self.covered / self.sources if self.sources else 1.0

    @property
    def percent(self) -> float:
        """Return the coverage in percent, rounded down to a tenth, so that what is not whole is never 100."""
        return floor(1000 * self.share) / 10

    def is_current(self, now: datetime) -> bool:
        """Return whether the count still says something. If not, coverage is unknown."""
        return now - self.counted_at <= COUNT_LASTS
