"""Catch up on starts that the cluster missed, for instance because it was down past a CronJob's deadline."""

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
    """Request a start for each missed one; `StartWanted` makes its Job.

    The cluster is only asked about rows that are late by the schedule table.
    """

    rows: Sequence[ScheduleRow]
    book: ScheduleBook
    cron_jobs: CronJobs
    now: Clock
    logged: dict[str, str] = field(default_factory=dict)
    """Row's name -> why it cannot be started, so that each reason is logged once."""

    def __call__(self) -> None:
        """Do nothing while the database is away; the round before has logged that."""
        try:
            known = dict(self.book.known(self.now()))
            for row in self.rows if known else ():
                self._look_at(row, known, self.now())
        except DatabaseAway:
            return

    def _look_at(self, row: ScheduleRow, known: dict[str, Started], now: datetime) -> None:
        """Request a start for a row if it was missed, and note it in `known`.

        Later rows see it there: a row that covers fewer plans is then not started, too.
        """
        since = late_since(self.rows, known, row, now)
        if since is None:
            self.logged.pop(row.name, None)
            return
        try:
            if not missed(self.cron_jobs.cron(row.name), since, now):
                return
        except (BadCron, CannotStart, ClusterAway) as error:
            self._tell(row, str(error))
            return
        self.book.want(row.name, now)
        known[row.name] = replace(known[row.name], wish=Wish(now, has_job=False))
        log.warning("a missed start is repeated", extra={"schedule": row.name, "last_done": str(since)})

    def _tell(self, row: ScheduleRow, why: str) -> None:
        if self.logged.get(row.name) != why:
            log.warning("a missed start cannot be repeated", extra={"schedule": row.name, "why": why})
            self.logged[row.name] = why
