"""Capacity of a marketplace: the calls a second that the plans of its sellers need, against what its budget gives.

More workers change neither side. What helps is fewer calls for the same sources, or a larger budget.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from mercarich_contracts.schedule import PLANS

DAY_SECONDS = 86_400
FEWEST, MOST = min(PLANS), max(PLANS)
"""Looks a day at a source: at any, and at those that a seller with the larger plan lists."""
LIST_CALL_ITEMS = 100
"""Items of one source seller that a call for the list of the seller's items returns."""
ENOUGH_DONE = 10
"""Rows of a run from which its pace can be told."""
CALLS_OF_A_CHECKER = 2.0
"""Calls a second that one checker keeps up with, also where each of its 32 looks at once takes the 15 s that it may."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What one pass over the sources of a marketplace takes. Sources on sale count once, whoever lists them."""

    sources: int
    calls: int
    """Fewer than the sources where one call returns many items of a source seller."""
    often_sources: int
    """Of the sources, those that a seller with `MOST` checks a day lists."""
    often_calls: int

    @property
    def calls_a_day(self) -> int:
        return FEWEST * self.calls + (MOST - FEWEST) * self.often_calls

    @property
    def calls_a_source(self) -> float:
        """1 where there is no source yet."""
        return self.calls / self.sources if self.sources else 1.0

    def with_more(self, sources: int, *, often: bool) -> "Demand":
        """Return the demand with further sources, of whose source sellers as many items are listed as of the others."""
        calls = ceil(sources * self.calls_a_source)
        more = replace(self, sources=self.sources + sources, calls=self.calls + calls)
        if not often:
            return more
        return replace(more, often_sources=self.often_sources + sources, often_calls=self.often_calls + calls)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a checker has last counted, and heard from the marketplace's proxy. None: not yet."""

    demand: Demand | None
    counted_at: datetime | None
    allowed_per_second: float | None
    """The outbound budget, as its proxy has it."""
    in_force_per_second: float | None
    """What of it was given at `heard_at`: less after the marketplace has throttled, 0 while the breaker is open."""
    heard_at: datetime | None


NOTHING_MEASURED = Measured(None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Capacity:
    """Whether the budget of a marketplace is enough for its sellers' plans. Calls for searches come on top."""

    marketplace: str
    sources: int
    needed_per_second: float
    available_per_second: float | None
    """None: no checker has heard it from the proxy yet. So are the next and whether it is short."""
    pass_seconds: float | None
    """How long a pass over all sources takes at that rate, together with the further looks of the larger plan."""
    planned_seconds: float
    """How often every source is to be looked at by the plans of its sellers."""
    is_short: bool | None
    counted_at: datetime | None
    heard_at: datetime | None


def capacity(marketplace: str, measured: Measured, demand: Demand | None = None) -> Capacity | None:
    """Return the capacity for what was counted, or for `demand`. None: nothing has been counted yet."""
    demand = demand or measured.demand
    if demand is None:
        return None
    needed, available = demand.calls_a_day / DAY_SECONDS, measured.allowed_per_second
    all_often = demand.sources > 0 and demand.often_sources == demand.sources
    planned = DAY_SECONDS / (MOST if all_often else FEWEST)
    return Capacity(
        marketplace=marketplace,
        sources=demand.sources,
        needed_per_second=needed,
        available_per_second=available,
        pass_seconds=planned * needed / available if available else None,
        planned_seconds=planned,
        is_short=needed > available if available else None,
        counted_at=measured.counted_at,
        heard_at=measured.heard_at,
    )


def ends_at(left: int, measured: Measured, now: datetime) -> datetime | None:
    """Return when the looks at `left` sources are done at the rate in force, if nothing else asks; None: unknown."""
    if not measured.in_force_per_second:
        return None
    calls_a_source = measured.demand.calls_a_source if measured.demand is not None else 1.0
    return now + timedelta(seconds=left * calls_a_source / measured.in_force_per_second)


def ends_at_its_pace(left: int, done: int, took: timedelta, now: datetime) -> datetime | None:
    """Return when `left` rows are done if they go as the `done` ones did, which took so long; None: too few to tell.

    Searches use this, since how many calls a search takes is known only afterwards.
    """
    return now + took * (left / done) if done >= ENOUGH_DONE else None


def useful_checkers(measured: Measured) -> int | None:
    """Return the number of checkers that keep up with the budget; None where it is not known."""
    if measured.allowed_per_second is None:
        return None
    return max(1, ceil(measured.allowed_per_second / CALLS_OF_A_CHECKER))
