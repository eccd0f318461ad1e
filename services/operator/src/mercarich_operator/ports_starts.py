"""What starting a schedule's row apart from its CronJob needs from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mercarich_operator.domain.missed import Cron, Started


class CannotStart(Exception):
    """Not now; the text says why, for the operator's pages."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody wants a row of the schedule to start now."""

    name: str
    at: datetime
    by: str
    problem: str | None = None
    """Why it has not been started yet, as it was told last."""


class StartBook(Protocol):
    """Every method raises `DatabaseAway`."""

    def open(self) -> Sequence[Wanted]:
        """Those that have no Job yet and have not expired."""

    def started(self, wanted: Wanted, job: str) -> None:
        """Its Job is made; in the audit log. Nothing where the start has come meanwhile."""

    def put_off(self, wanted: Wanted, problem: str) -> None:
        """It is tried again until it expires."""


class ScheduleBook(Protocol):
    """Every method raises `DatabaseAway`."""

    def known(self) -> Mapping[str, Started]:
        """Of every row of the schedule. Empty where people switched off that starts are made up for."""

    def want(self, name: str, at: datetime) -> None:
        """A wish for its start, in place of one that did not come to it."""


class CronJobs(Protocol):
    def cron(self, name: str) -> Cron:
        """The row's CronJob as it stands. Raises `CannotStart` and `ports.ClusterAway`."""


class Starter(Protocol):
    def start(self, wanted: Wanted) -> str:
        """Makes the row's Job and answers its name: one Job for one wish, however often it is called.

        Raises `CannotStart` and `ports.ClusterAway`.
        """
