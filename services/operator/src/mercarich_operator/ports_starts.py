"""What starting a schedule's row by hand needs from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


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
    """Every method raises `ports.DatabaseAway`."""

    def open(self) -> Sequence[Wanted]:
        """Those that have no Job yet and have not expired."""

    def started(self, wanted: Wanted, job: str) -> None:
        """Its Job is made; in the audit log. Nothing where the start has come meanwhile."""

    def put_off(self, wanted: Wanted, problem: str) -> None:
        """It is tried again until it expires."""


class Starter(Protocol):
    def start(self, wanted: Wanted) -> str:
        """Makes the row's Job and answers its name: one Job for one wish, however often it is called.

        Raises `CannotStart` and `ports.ClusterAway`.
        """
