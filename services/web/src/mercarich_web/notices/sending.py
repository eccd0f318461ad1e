"""A notice on its way: what is sent, when it is tried again, and why it was not sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from mercarich_reasons.reason import Reason
from mercarich_web.notices.notices import Notice, Way, Ways, What

MOST_TRIES = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)


def pause_after(tries: int) -> timedelta:
    return min(LONGEST_PAUSE, FIRST_PAUSE * int(2 ** max(0, tries - 1)))


@dataclass(frozen=True, slots=True)
class Sending:
    """One mail or webhook call to be sent."""

    id: int
    user_id: int
    way: Way
    what: What
    tries: int
    """Number of tries, including the one that begins now."""
    notice: Notice | None
    ways: Ways
    username: str
    language: str | None
    happened: Reason | None = None
    """What happened to the account."""
    mail_address: str | None = None
    """Where a mail goes."""


class SentProof(NamedTuple):
    """A mail with a link that confirms an address."""

    sending_id: int
    at: datetime
    """When it was asked for."""


@dataclass(frozen=True, slots=True)
class SentLine:
    """A sending as the seller sees it."""

    way: str
    what: str
    state: str
    tries: int
    at: datetime
    problem: str | None


class NotSent(Exception):
    """Sending failed and may succeed later; the text says why."""


class Undeliverable(Exception):
    """Sending can never succeed: the address is not one that may be called. The text says why."""


class Sender(Protocol):
    def __call__(self, sending: Sending) -> None:
        """Send it. Raises `NotSent` and `Undeliverable`."""


Senders = Mapping[Way, Sender]
