"""The operator's first page: what needs attention, and whether everything works."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_contracts.coverage import LEAST_COVERAGE, Coverage
from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import ScheduleRow
from mercarich_listings.differences import Standing
from mercarich_platform.clock import Clock
from mercarich_reasons.capacity import CapacityShort, told
from mercarich_reasons.reason import Reason
from mercarich_web.overview.day import SHOWN, Day, day
from mercarich_web.overview.sql import SqlDay, SqlStock
from mercarich_web.overview.stock import Pushes
from mercarich_web.runs.holds import Hold
from mercarich_web.runs.runs import Run
from mercarich_web.runs.sql.holds import SqlHolds
from mercarich_web.runs.sql.runs import SqlRuns
from mercarich_web.schedule import slots as schedules
from mercarich_web.schedule.slots import ScheduleStatus
from mercarich_web.schedule.sql import SqlSchedules
from mercarich_web.sellers.sql.token_verdicts import SqlTokenVerdicts
from mercarich_web.troubles.telling import TellTroubles
from mercarich_web.troubles.troubles import Trouble

RUNS_SHOWN = 8
HOLDS_SHOWN = 10
ABOVE_FOR = timedelta(minutes=30)
"""Until then, feed is at it: as the alert `MercarichShownAboveBooks`."""


@dataclass(frozen=True, slots=True)
class Overview:
    at: datetime
    holds: Sequence[Hold]
    """Those of which listings wait for a person or a second look."""
    runs: Sequence[Run]
    """The latest runs, newest first."""
    overdue: Sequence[ScheduleStatus]
    paused: Sequence[ScheduleStatus]
    refused: int
    """Sellers whose token Amazon refuses."""
    above_books: Standing
    """Offers that Amazon has sold for too long although they are down by the books."""
    capacities: Sequence[Reason]
    """A sentence for each marketplace whose sources were counted."""
    coverages: Sequence[Coverage]
    """Of the marketplaces whose sources were counted."""
    troubles: Sequence[Trouble]
    """What does not work, or is not known to."""

    @property
    def short(self) -> Sequence[Reason]:
        """Those whose budget is not enough for the plans."""
        return [one for one in self.capacities if isinstance(one, CapacityShort)]

    @property
    def uncounted(self) -> Sequence[Coverage]:
        """Those whose coverage is not known, since nobody counts it any more."""
        return [one for one in self.coverages if not one.is_current(self.at)]

    @property
    def stale(self) -> Sequence[Coverage]:
        """Those of which too few sources were looked at within their plans."""
        return [one for one in self.coverages if one.is_current(self.at) and one.share < LEAST_COVERAGE]

    @property
    def is_calm(self) -> bool:
        """Nothing needs attention."""
        return not (
            self.troubles
            or self.holds
            or self.overdue
            or self.paused
            or self.refused
            or self.above_books.count
            or self.short
            or self.uncounted
            or self.stale
        )


@dataclass(frozen=True, slots=True)
class ShowOverview:
    """Queries the database only; what the broker knows is on the page of pools."""

    runs: SqlRuns
    stock: SqlStock
    holds: SqlHolds
    schedules: SqlSchedules
    tell_troubles: TellTroubles
    tokens: SqlTokenVerdicts
    samples: SqlDay
    timetable: Sequence[ScheduleRow]
    now: Clock

    def __call__(self) -> Overview:
        now = self.now()
        last, pauses, since = self.schedules.last_starts(now), self.schedules.pauses(), self.schedules.known_since()
        rows = [
            schedules.status(row, last.get(row.name), now, pauses.get(row.name), since=since.get(row.name))
            for row in self.timetable
        ]
        above = self.stock.above_books()
        capacities = [told(one) for one in self.stock.capacities().values()]
        return Overview(
            at=now,
            holds=self.holds.waiting(HOLDS_SHOWN),
            runs=self.runs.page(None, None, None, RUNS_SHOWN).rows,
            overdue=[row for row in rows if row.overdue],
            paused=[row for row in rows if row.paused_by is not None],
            refused=self.tokens.counts().get("invalid", 0),
            above_books=above if above.since is not None and now - above.since > ABOVE_FOR else Standing(),
            capacities=capacities,
            coverages=list(self.stock.coverages().values()),
            troubles=self.tell_troubles(),
        )

    def day(self) -> Day:
        """Return charts of the last day."""
        now = self.now()
        return day(self.samples.since(now - SHOWN), now)

    def pushes(self) -> Mapping[str, Pushes]:
        """Return pushes by marketplace. Counts all listings, which takes a while for a million."""
        return {marketplace.value: self.stock.pushes(marketplace.value) for marketplace in Marketplace}
