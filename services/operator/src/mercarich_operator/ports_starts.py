"""The interfaces for starting a row of the schedule apart from its CronJob."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mercarich_operator.domain.missed import Cron, Started


class CannotStart(Exception):
    """The row cannot be started now. The text says why, for the operators' pages."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request to start a row of the schedule now."""

    name: str
    at: datetime
    by: str
    problem: str | None = None
    """Why it has not been started yet, as last stored."""


@dataclass(frozen=True, slots=True)
class LostRun:
    """An open run whose planner gives no sign of life."""

    name: str
    """The row of the schedule whose command goes on with it."""
    request_key: str
    heard_at: datetime
    """The last sign of life."""


class StartBook(Protocol):
    """Requested starts, and runs to be taken over. Every method raises `DatabaseAway`."""

    def open(self) -> Sequence[Wanted]:
        """Return requests that have no Job yet and have not expired."""

    def started(self, wanted: Wanted, job: str) -> None:
        """Store that its Job was made, also in the audit log. Do nothing if the start has happened meanwhile."""

    def put_off(self, wanted: Wanted, problem: str) -> None:
        """Store why it could not be started; it is tried again until it expires."""

    def lost_runs(self) -> Sequence[LostRun]:
        """Return the runs to be taken over, but those of rows that are paused."""


class ScheduleBook(Protocol):
    """Every method raises `DatabaseAway`."""

    def known(self, now: datetime) -> Mapping[str, Started]:
        """Return what is known of each row of the schedule; empty if people switched off the catch-up.

        A start that lies in the future is none.
        """

    def want(self, name: str, at: datetime) -> None:
        """Request a start of the row; replaces a request that led to none."""


class CronJobs(Protocol):
    def cron(self, name: str) -> Cron:
        """Return the row's CronJob. Raises `CannotStart` and `ports.ClusterAway`."""


class CronTimes(Protocol):
    def crons(self) -> Mapping[str, Cron]:
        """Return the CronJobs of all rows that have one, by the row's name. Raises `ports.ClusterAway`."""


class Starter(Protocol):
    def start(self, wanted: Wanted) -> str:
        """Make the row's Job and return its name. Idempotent: one Job for each request.

        Raises `CannotStart` and `ports.ClusterAway`.
        """

    def take_over(self, lost: LostRun) -> str | None:
        """Make a Job that goes on with the run; return its name, or None when there is one already since `heard_at`.

        Raises the same as `start`.
        """
