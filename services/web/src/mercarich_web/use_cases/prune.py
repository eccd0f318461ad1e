"""Records of past work go when they were kept for as long as a setting says."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from mercarich_platform.clock import Clock
from mercarich_web import ports
from mercarich_web.domain.expiry import CHUNK, Pruned, Record

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prune:
    """In steps that may be cut off anywhere and repeated. Raises `DatabaseAway`."""

    records: ports.Records
    now: Clock

    def __call__(self, *, dry_run: bool) -> Sequence[Pruned]:
        """One for each record, also where nothing goes; in a dry run, what would."""
        return [self._prune(record, days, dry_run=dry_run) for record, days in self.records.kept_days().items()]

    def _prune(self, record: Record, days: int, *, dry_run: bool) -> Pruned:
        before = self.now() - timedelta(days=days)
        if dry_run:
            return Pruned(record, days, self.records.count(record, before))
        rows = 0
        while gone := self.records.delete(record, before, CHUNK):
            rows += gone
        if rows:
            log.info("old records deleted", extra={"record": record, "rows": rows})
        return Pruned(record, days, rows)
