"""Records of past work go when they were kept for as long as a setting says."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_platform.clock import Clock
from mercarich_web.housekeeping.retention import LOOKED_AT, Pruned, Record
from mercarich_web.housekeeping.sql.records import SqlRecords

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prune:
    """Delete old records. Each step can be interrupted anywhere and repeated. Raises `DatabaseAway`."""

    records: SqlRecords
    now: Clock

    def __call__(self, *, dry_run: bool) -> Sequence[Pruned]:
        """Return one entry for each kind of record, also when nothing was deleted; in a dry run, what would be."""
        now = self.now()
        return [self._prune(record, days, now, dry_run=dry_run) for record, days in self.records.kept_days().items()]

    def _prune(self, record: Record, days: int, now: datetime, *, dry_run: bool) -> Pruned:
        before = now - timedelta(days=days)
        step = self.records.step(record, before, None, LOOKED_AT, dry_run=dry_run)
        rows = step.rows
        while step.after is not None:
            step = self.records.step(record, before, step.after, LOOKED_AT, dry_run=dry_run)
            rows += step.rows
        if not dry_run:
            self.records.note(record, rows, now)
        if rows and not dry_run:
            log.info("old records deleted", extra={"record": record, "rows": rows})
        return Pruned(record, days, rows)
