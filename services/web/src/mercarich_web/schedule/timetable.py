"""The schedule for people: what it shows, and how they steer it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.audit import Actor
from mercarich_contracts.schedule import ScheduleRow
from mercarich_platform.clock import Clock
from mercarich_web.refusals import NotFound
from mercarich_web.schedule import slots as schedules
from mercarich_web.schedule.slots import ScheduleList, ScheduleStatus
from mercarich_web.schedule.sql import SqlSchedules


@dataclass(frozen=True, slots=True)
class Timetable:
    """List the rows, pause and resume them, start one by hand. All methods except `list` raise `NotFound`."""

    schedules: SqlSchedules
    rows: Sequence[ScheduleRow]
    now: Clock

    def list(self) -> ScheduleList:
        now = self.now()
        last, pauses, wishes = self.schedules.last_starts(now), self.schedules.pauses(), self.schedules.wishes()
        since = self.schedules.known_since()
        rows = [
            schedules.status(row, last.get(name), now, pauses.get(name), wishes.get(name), since.get(name))
            for name, row in ((row.name, row) for row in self.rows)
        ]
        return ScheduleList(rows)

    def pause(self, name: str, by: Actor) -> ScheduleStatus:
        """Pause the row. When it is paused already, it keeps who paused it first."""
        self.row(name)
        self.schedules.pause(name, by, self.now())
        return self._one(name)

    def resume(self, name: str, by: Actor) -> ScheduleStatus:
        self.row(name)
        self.schedules.resume(name, by, self.now())
        return self._one(name)

    def want(self, name: str, by: Actor) -> None:
        """Request a start at once, whether the row is paused or not."""
        self.row(name)
        self.schedules.want(name, by, self.now())

    def run(self, name: str, start: Callable[[ScheduleRow, datetime], int]) -> int:
        """Start the row here and now as its slot would, whether it is paused or not. This counts as its last start."""
        row, at = self.row(name), self.now()
        self.schedules.begin(name, at, at)
        code = start(row, at)
        self.schedules.end(name, at, self.now(), code)
        return code

    def row(self, name: str) -> ScheduleRow:
        for row in self.rows:
            if row.name == name:
                return row
        raise NotFound(f"there is no schedule {name!r}; known: {', '.join(row.name for row in self.rows)}")

    def _one(self, name: str) -> ScheduleStatus:
        return next(status for status in self.list().schedules if status.name == name)
