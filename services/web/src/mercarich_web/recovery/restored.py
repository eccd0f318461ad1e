"""`mercarich db restored`: mark everything as unverified, then wait until the books are true again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.audit import Actor
from mercarich_contracts.schedule import WISH_LASTS, ScheduleRow
from mercarich_listings.restored import Unverified
from mercarich_platform.clock import Clock, Monotonic, Sleep
from mercarich_web.recovery.sql import SqlRecovery
from mercarich_web.recovery.verification import DIFFERENCES, Marked, Verified
from mercarich_web.schedule.sql import SqlSchedules

POLL_SECONDS = 2.0
STANDSTILL_SECONDS = 900.0
"""Longest time in which nothing is looked at before the command gives up. A run of a paused or blocked marketplace
stands still for longer, and goes on without the command."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """`mark` while the services are down, `wait` once they run. Both may be repeated: nothing is lost by it."""

    books: SqlRecovery
    schedules: SqlSchedules
    rows: Sequence[ScheduleRow]
    now: Clock
    monotonic: Monotonic
    sleep: Sleep

    def mark(self, by: Actor) -> Marked:
        return self.books.mark(by, self.now())

    def wait(self, by: Actor, progress: Callable[[Unverified], None]) -> Verified | None:
        """Start a check of each marketplace, and return when everything was looked at, or nothing is any more.

        `progress` gets what is left whenever it has changed. Return None when no restore is open.
        """
        left = self.books.left()
        if left is None:
            return None
        restored_at, last, wanted_at = left.restored_at, self.monotonic(), None
        while left.any and self.monotonic() - last < STANDSTILL_SECONDS:
            now = self.now()
            if wanted_at is None or now - wanted_at > WISH_LASTS:
                wanted_at = now
                self._want_checks(restored_at, by)
            self.books.read_soon(restored_at, now)
            self.sleep(POLL_SECONDS)
            still = self.books.left()
            if still is None or still.restored_at != restored_at:  # another command has ended it, or began anew
                return None
            if still != left:
                left, last = still, self.monotonic()
                progress(left)
        found = Verified(left, self.books.events(restored_at, list(DIFFERENCES)))
        if not left.any:
            self.books.end(restored_at, self.now())
        return found

    def _want_checks(self, restored_at: datetime, by: Actor) -> None:
        """Ask for a check of all sources where none has started since; one that is under way goes on."""
        checked = self.books.checks_since(restored_at)
        for row in self.rows:
            if row.component == "checker" and row.marketplace not in checked and self._covers_all(row):
                self.schedules.want(row.name, by, self.now())

    def _covers_all(self, row: ScheduleRow) -> bool:
        same = (other for other in self.rows if (other.component, other.marketplace) == ("checker", row.marketplace))
        return all(row.covers(other) for other in same)
