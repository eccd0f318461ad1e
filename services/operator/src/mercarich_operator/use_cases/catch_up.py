"""Starts that the cluster missed, as while it was down for longer than a CronJob waits, are made up for."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mercarich_contracts.schedule import ScheduleRow
from mercarich_operator.domain.missed import BadCron, Started, Wish, late_since, missed
from mercarich_operator.ports import ClusterAway
from mercarich_operator.ports_starts import CannotStart, CronJobs, ScheduleBook
from mercarich_platform.clock import Clock
from mercarich_platform.outages import DatabaseAway

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CatchUp:
    """A missed start becomes one that somebody wants; `StartWanted` makes its Job. The cluster is only asked about rows
    that are late by the schedule table."""

    rows: Sequence[ScheduleRow]
    book: ScheduleBook
    cron_jobs: CronJobs
    now: Clock
    told: dict[str, str] = field(default_factory=dict)
    """Row -> why it cannot be made up for, so that each reason is said once."""

    def __call__(self) -> None:
        """While the database is away nothing is made up for; the round before has said so."""
        try:
            known = dict(self.book.known())
            for row in self.rows if known else ():
                self._look_at(row, known, self.now())
        except DatabaseAway:
            return

    def _look_at(self, row: ScheduleRow, known: dict[str, Started], now: datetime) -> None:
        """What is wanted here counts for the rows behind: one of fewer plans is not wanted, too."""
        since = late_since(self.rows, known, row, now)
        if since is None:
            self.told.pop(row.name, None)
            return
        try:
            if not missed(self.cron_jobs.cron(row.name), since, now):
                return
        except (BadCron, CannotStart, ClusterAway) as error:
            self._tell(row, str(error))
            return
        self.book.want(row.name, now)
        known[row.name] = replace(known[row.name], wish=Wish(now, has_job=False))
        log.warning("a missed start is made up for", extra={"schedule": row.name, "last_done": str(since)})

    def _tell(self, row: ScheduleRow, why: str) -> None:
        if self.told.get(row.name) != why:
            log.warning("a missed start cannot be made up for", extra={"schedule": row.name, "why": why})
            self.told[row.name] = why
