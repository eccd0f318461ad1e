"""The local scheduler: starts the commands of the schedule table at their times, as CronJobs would.

A slot is started once, even if two schedulers run. A slot that passed while no scheduler ran is made up for when the
last successful start is older than 1.1 times the interval. A run that ended with "try again", or was interrupted, is
started again under the same request key, so that it continues where it was. So is a run whose planner gives no sign of
life, whoever started it.

A start that lies in the future is none: a wrong clock made it, and the schedule goes on by the right one.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from mercarich_contracts.schedule import OVERDUE_AFTER, ScheduleRow
from mercarich_contracts.slots import slot_at
from mercarich_db.silent_runs import Silent
from mercarich_platform.clock import AHEAD, Clock
from mercarich_platform.exit_codes import TRY_AGAIN

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=30)
"""Seconds before a run that ended with "try again" is started again."""


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a row, as in `schedule_runs`."""

    slot: datetime
    started_at: datetime
    exit_code: int | None
    """None: it runs, or was interrupted."""


@dataclass(frozen=True, slots=True)
class Switches:
    """The pauses and requests that people have made."""

    paused: frozenset[str] = frozenset()
    """Rows that are not started. When such a row is resumed, its last missed slot is made up for."""
    wanted: frozenset[str] = frozenset()
    """Rows that must start now, whether they are paused or not."""
    catch_up: bool = True
    """Slots that passed while no scheduler ran are made up for."""


class Starts(Protocol):
    """The starts so far, and the pauses and requests."""

    def switches(self, now: datetime) -> Switches: ...

    def last(self) -> Mapping[str, Start]:
        """Return the newest slot of each row that ever started."""

    def forget_ahead(self, now: datetime) -> Sequence[tuple[str, datetime]]:
        """Delete the starts that lie in the future; return the row and the time of each."""

    def is_used(self, request_key: str) -> bool:
        """Return whether a run of this key was started."""

    def known_since(self) -> Mapping[str, datetime]:
        """Return when each row was added. A row that never starts counts as missed from then on."""

    def silent_runs(self, now: datetime) -> Sequence[Silent]:
        """Return the runs whose planner gives no sign of life."""

    def begin(self, name: str, slot: datetime, at: datetime) -> bool:
        """Store a start. Return False when this slot was started before."""

    def end(self, name: str, slot: datetime, at: datetime, exit_code: int) -> None:
        """Store how the start ended."""

    def granted(self, name: str) -> None:
        """Remove a request that was met."""


class Running(Protocol):
    """A running command."""

    def poll(self) -> int | None:
        """Return the exit code, None while the command runs."""

    def terminate(self) -> None:
        """Ask the command to end."""


Launch = Callable[[ScheduleRow, str], Running]
"""Starts the row's command under a request key."""


@dataclass(slots=True)
class _Job:
    row: ScheduleRow
    slot: datetime | None
    """None: it takes a run over, and is no start of the row."""
    request_key: str
    running: Running
    deadline: datetime


class Scheduler:
    """Call `tick` about once a second."""

    def __init__(self, rows: Iterable[ScheduleRow], starts: Starts, launch: Launch, now: Clock) -> None:
        self._rows = tuple(rows)
        self._starts = starts
        self._launch = launch
        self._now = now
        self._since = self._ticked = now()
        self._jobs: list[_Job] = []
        self._again: dict[str, datetime] = {}
        self._wanted: set[tuple[str, datetime]] = set()
        self._keys: dict[tuple[str, datetime], str] = {}
        """Of starts whose slot's own key was used."""

    def tick(self) -> None:
        """Store what has ended, then start what is due."""
        now = self._now()
        self._mind_set_back(now)
        self.settle()
        last, switches = self._last(now), self._starts.switches(now)
        begun = {**self._starts.known_since(), **{name: start.started_at for name, start in last.items()}}
        for row in self._rows:
            if row.name in switches.wanted:
                self._start_wanted(row, now)
                continue
            if row.name in switches.paused:
                continue
            before = last.get(row.name)
            slot, interval = slot_at(row.cron, now)
            missed = switches.catch_up and self._is_missed(row, slot, interval, before, begun, now)
            if missed or self._is_due(slot, before):
                if self._starts.begin(row.name, slot, now):
                    self._mind_used_key(row, slot, now)
                    self._run(row, slot, now)
                    begun[row.name] = now
            elif before is not None and self._is_to_be_continued(row, before, now):
                self._run(row, before.slot, now)
        self._take_over(switches.paused, now)

    def _mind_set_back(self, now: datetime) -> None:
        """Drop what was noted by a clock that ran ahead and was set back."""
        if now < self._ticked - AHEAD:
            log.warning("the clock was set back", extra={"was": str(self._ticked), "is": str(now)})
            self._since = min(self._since, now)
            self._again.clear()
            for job in self._jobs:
                job.deadline = min(job.deadline, now + timedelta(seconds=job.row.deadline_seconds))
        self._ticked = now

    def _last(self, now: datetime) -> Mapping[str, Start]:
        last = self._starts.last()
        if all(start.started_at <= now + AHEAD for start in last.values()):
            return last
        for name, at in self._starts.forget_ahead(now):
            log.warning("a start that lies in the future is none", extra={"schedule": name, "started_at": str(at)})
        return self._starts.last()

    def _mind_used_key(self, row: ScheduleRow, slot: datetime, now: datetime) -> None:
        """Give the start another key if that of its slot was used, by a clock that was ahead: its run has ended."""
        key = request_key(row.name, slot)
        if self._starts.is_used(key):
            self._keys[row.name, slot] = f"{key}-{int(now.timestamp())}"

    def _start_wanted(self, row: ScheduleRow, now: datetime) -> None:
        """Remove the request after the start. If the process dies in between, the row starts a second time, which does
        no harm."""
        if self._starts.begin(row.name, now, now):
            self._wanted.add((row.name, now))
            self._run(replace(row, command=row.by_hand), now, now)
        self._starts.granted(row.name)

    def _take_over(self, paused: frozenset[str], now: datetime) -> None:
        started = {job.request_key for job in self._jobs}
        for silent in self._starts.silent_runs(now):
            row = silent.row(self._rows, paused)
            key = silent.request_key
            if row is None or key in started or now < self._again.get(key, now):
                continue
            log.warning("a run without a planner is taken over", extra={"request_key": key})
            self._launch_job(row, None, key, now)

    def stop(self) -> None:
        """Ask the running commands to end. The next scheduler starts them again under their keys."""
        for job in self._jobs:
            job.running.terminate()

    def settle(self) -> bool:
        """Store what has ended and start nothing. Return whether a command still runs."""
        now = self._now()
        for job in list(self._jobs):
            self._look_after(job, now)
        return bool(self._jobs)

    def _is_due(self, slot: datetime, before: Start | None) -> bool:
        return slot >= self._since and (before is None or before.slot < slot)

    def _is_missed(
        self,
        row: ScheduleRow,
        slot: datetime,
        interval: timedelta,
        before: Start | None,
        begun: Mapping[str, datetime],
        now: datetime,
    ) -> bool:
        """Another row with more plans that is made up for does this row's work, too."""
        if row.name not in begun or (begun[row.name] if before is None else before.slot) >= slot:
            return False
        done = max(begun[one.name] for one in self._rows if one.name in begun and one.covers(row))
        return now - done > interval * OVERDUE_AFTER

    def _is_to_be_continued(self, row: ScheduleRow, before: Start, now: datetime) -> bool:
        cut_off = before.exit_code is None or before.exit_code == TRY_AGAIN or before.exit_code < 0
        in_time = now < before.slot + timedelta(seconds=row.deadline_seconds)
        if _is_by_hand(before.slot) and (row.name, before.slot) not in self._wanted:
            return False  # `mercarich schedule run` sees to its end in somebody's terminal
        runs = any(job.row.name == row.name and job.slot == before.slot for job in self._jobs)
        return cut_off and in_time and not runs and now >= self._again.get(row.name, now)

    def _run(self, row: ScheduleRow, slot: datetime, now: datetime) -> None:
        key = self._keys.get((row.name, slot)) or request_key(row.name, slot)
        log.info("started", extra={"schedule": row.name, "request_key": key})
        self._launch_job(row, slot, key, now)

    def _launch_job(self, row: ScheduleRow, slot: datetime | None, key: str, now: datetime) -> None:
        deadline = now + timedelta(seconds=row.deadline_seconds)
        self._jobs.append(_Job(row, slot, key, self._launch(row, key), deadline))

    def _look_after(self, job: _Job, now: datetime) -> None:
        code = job.running.poll()
        if code is not None:
            self._jobs.remove(job)
            self._again[job.request_key if job.slot is None else job.row.name] = now + AGAIN_AFTER
            if job.slot is not None:
                self._starts.end(job.row.name, job.slot, now, code)
            level = logging.INFO if code == 0 else logging.WARNING
            log.log(level, "ended", extra={"schedule": job.row.name, "exit_code": code})
        elif now > job.deadline:
            log.warning("ran past its deadline", extra={"schedule": job.row.name})
            job.deadline = now + AGAIN_AFTER
            job.running.terminate()


def request_key(name: str, slot: datetime) -> str:
    """Return a name like those of a CronJob's Jobs: the row's name and the slot in minutes. A requested start is not on
    a full minute, so it never has the name of a slot."""
    if _is_by_hand(slot):
        return f"{name}-by-hand-{int(slot.timestamp())}"
    return f"{name}-{int(slot.timestamp()) // 60}"


def _is_by_hand(slot: datetime) -> bool:
    return bool(slot.second or slot.microsecond)
