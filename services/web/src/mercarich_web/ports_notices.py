"""What notices need from outside. Every method of a book raises `DatabaseAway`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mercarich_web.domain.notices import Cause, Changes, Name, Notice, Way, Ways, What


class Causes(Protocol):
    def now(self, at: datetime) -> Sequence[Cause]:
        """Of all sellers."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One mail or call that is to go out."""

    id: int
    user_id: int
    way: Way
    what: What
    tries: int
    """With the one that begins now."""
    notice: Notice | None
    ways: Ways
    username: str
    language: str | None


@dataclass(frozen=True, slots=True)
class SentLine:
    """As the seller sees it."""

    way: str
    what: str
    state: str
    tries: int
    at: datetime
    problem: str | None


class NoticeBook(Protocol):
    def known(self, names: Collection[Name]) -> Sequence[Notice]:
        """All that are open, and those of these names."""

    def write(self, changes: Changes, now: datetime) -> None:
        """And what goes out by it; two writers at once tell once."""

    def of(self, user_id: int, since: datetime) -> Sequence[Notice]:
        """Open ones, and those that closed since; open first, newest first."""

    def read(self, user_id: int, notice_id: int | None, now: datetime) -> int:
        """Mark one, or all: how many were there."""


class WayBook(Protocol):
    def ways(self, user_id: int) -> Ways: ...

    def set_ways(self, user_id: int, ways: Ways) -> None: ...

    def send(self, user_id: int, way: Way, what: What, now: datetime) -> None:
        """Put in line."""

    def lines(self, user_id: int, limit: int) -> Sequence[SentLine]:
        """Newest first."""

    def queued(self, user_id: int, what: Collection[What], since: datetime) -> int:
        """How many of these were put in line since."""


class Outbox(Protocol):
    def take(self, now: datetime, limit: int) -> Sequence[Sending]:
        """Those that are due, one of a seller; each is put off, so that no other sender takes it."""

    def sent(self, sending_id: int) -> None: ...

    def missed(self, sending_id: int, problem: str, *, for_good: bool) -> None: ...

    def sweep(self, before: datetime) -> None:
        """Delete what ended, and notices that closed, before."""


class NotSent(Exception):
    """It may go better later; the text says why."""


class Refused(Exception):
    """It will never go: the address is none that is asked. The text says why."""


class Sender(Protocol):
    def __call__(self, sending: Sending) -> None:
        """Raises `NotSent` and `Refused`."""


Senders = Mapping[Way, Sender]
