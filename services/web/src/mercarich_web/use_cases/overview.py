"""The operator's first page: what needs somebody, and whether everything moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import ScheduleRow
from mercarich_platform.clock import Clock
from mercarich_web import ports
from mercarich_web.domain import schedules
from mercarich_web.domain.operating import PoolState
from mercarich_web.domain.reports import Hold, Pushes, Run, ScheduleStatus
from mercarich_web.ports_steering import HoldShelf, RunShelf

RUNS_SHOWN = 8
HOLDS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Overview:
    at: datetime
    holds: Sequence[Hold]
    runs: Sequence[Run]
    """The last ones, newest first."""
    overdue: Sequence[ScheduleStatus]
    paused: Sequence[ScheduleStatus]
    pools: Sequence[PoolState]


@dataclass(frozen=True, slots=True)
class ShowOverview:
    """Asks the database alone: the broker's part is on the page of pools."""

    runs: RunShelf
    stock: ports.Stock
    holds: HoldShelf
    schedules: ports.Schedules
    pools: ports.PoolBook
    timetable: Sequence[ScheduleRow]
    now: Clock

    def __call__(self) -> Overview:
        now = self.now()
        last, pauses = self.schedules.last_starts(), self.schedules.pauses()
        rows = [schedules.status(row, last.get(row.name), now, pauses.get(row.name)) for row in self.timetable]
        return Overview(
            at=now,
            holds=[hold for hold in self.holds.open(HOLDS_SHOWN).rows if hold.released_at is None],
            runs=self.runs.page(None, None, None, RUNS_SHOWN).rows,
            overdue=[row for row in rows if row.overdue],
            paused=[row for row in rows if row.paused_by is not None],
            pools=self.pools.states(),
        )

    def pushes(self) -> Mapping[str, Pushes]:
        """By marketplace; counts all listings, which takes a while where there are a million."""
        return {marketplace.value: self.stock.pushes(marketplace.value) for marketplace in Marketplace}
