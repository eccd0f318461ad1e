"""Collect `mercarich status`. A part that is unavailable is named instead of shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.capacity import Capacity
from mercarich_contracts.coverage import Coverage
from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import ScheduleRow
from mercarich_platform.clock import Clock
from mercarich_platform.outages import DatabaseAway
from mercarich_reasons.troubles import BrokerUnreachable, DatabaseUnreachable
from mercarich_web.database import SqlSchema
from mercarich_web.overview.sql import SqlStock
from mercarich_web.overview.status import MarketplaceStatus, Status
from mercarich_web.runs.sql.holds import SqlHolds
from mercarich_web.runs.sql.runs import SqlRuns
from mercarich_web.schedule import slots as schedules
from mercarich_web.schedule.sql import SqlSchedules
from mercarich_web.troubles.sql import SqlMeasures
from mercarich_web.troubles.troubles import Trouble, troubles
from mercarich_web.workers.backlog import away_from, reach_pools
from mercarich_web.workers.pools_kafka import KafkaPools
from mercarich_web.workers.queues import Pool, Reach


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """Return the state of the whole system, with the unavailable parts named."""

    schema: SqlSchema
    runs: SqlRuns
    stock: SqlStock
    holds: SqlHolds
    schedules: SqlSchedules
    timetable: Sequence[ScheduleRow]
    """Rows of the schedule whose commands are installed."""
    pools: KafkaPools
    measures: SqlMeasures
    now: Clock

    def __call__(self) -> Status:
        broker, pools = reach_pools(self.pools)
        try:
            problem = self.schema.problem()
            if problem is None:
                return self._full(broker, pools)
            database = Reach(self.schema.where, ok=False, problem=problem)
        except DatabaseAway as away:
            database = away_from(self.schema.where, away)
        down = [Trouble(DatabaseUnreachable(), "", None), *_of_broker(broker, self.now())]
        return Status(self.now(), database, broker, (), (), None, down, (), (), pools)

    def _full(self, broker: Reach, pools: Sequence[Pool]) -> Status:
        now, capacities, coverages = self.now(), self.stock.capacities(), self.stock.coverages()
        last, pauses, since = self.schedules.last_starts(now), self.schedules.pauses(), self.schedules.known_since()
        return Status(
            at=now,
            database=Reach(self.schema.where, ok=True),
            broker=broker,
            marketplaces=[
                self._marketplace(one.value, capacities.get(one.value), coverages.get(one.value)) for one in Marketplace
            ],
            open_feeds=self.stock.open_feeds(),
            unverified=self.stock.unverified(),
            troubles=self._troubles(broker, now),
            holds=self.holds.open(),
            schedules=[
                schedules.status(row, last.get(row.name), now, pauses.get(row.name), since=since.get(row.name))
                for row in self.timetable
            ],
            pools=pools,
        )

    def _troubles(self, broker: Reach, now: datetime) -> Sequence[Trouble]:
        """Return what the pages say, with what was seen of the broker just now."""
        found = troubles(self.measures.last(), now)
        if broker.ok or any(isinstance(one.reason, BrokerUnreachable) for one in found):
            return found
        return [*found, *_of_broker(broker, now)]

    def _marketplace(self, marketplace: str, capacity: Capacity | None, coverage: Coverage | None) -> MarketplaceStatus:
        run = self.runs.newest(marketplace)
        backlog = self.stock.backlog(marketplace, run.id if run else None, self.now())
        search = self.runs.newest(marketplace, "update")
        pushes = self.stock.pushes(marketplace)
        return MarketplaceStatus(marketplace, run, backlog, pushes, search, capacity, coverage)


def _of_broker(broker: Reach, now: datetime) -> Sequence[Trouble]:
    return [] if broker.ok else [Trouble(BrokerUnreachable(), "", now)]
