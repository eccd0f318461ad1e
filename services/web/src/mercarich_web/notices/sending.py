"""A notice on its way: what is sent, when it is tried again, and why it was not sent."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration
from mercarich_reasons.accounts import MessageUnbuildable
from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell
from mercarich_web.notices.browser import Browser
from mercarich_web.notices.notices import Chat, Notice, Way, Ways, What

MOST_TRIES = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)


def pause_after(tries: int) -> timedelta:
    return min(LONGEST_PAUSE, FIRST_PAUSE * int(2 ** max(0, tries - 1)))


@dataclass(frozen=True, slots=True)
class Sending:
    """One mail, webhook call or message to be sent."""

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
    created_at: datetime
    happened: Reason | None = None
    """What happened to the account."""
    mail_address: str | None = None
    """Where a mail goes."""
    chat: Chat | None = None
    """Where a message goes; None: its chat was removed, or it goes by another way."""
    browser: Browser | None = None
    """What shows it; None: it goes by another way."""

    @property
    def is_last_try(self) -> bool:
        return self.tries >= MOST_TRIES

    @property
    def receiver(self) -> tuple[Way, str]:
        """What nobody's sendings reach while it is away: a mail server, a chat, the push service of a vendor."""
        return self.way, self.browser.host if self.browser is not None else ""


@dataclass(frozen=True, slots=True)
class Missed:
    """Why a try failed, and when there is another one; None: never."""

    problem: str
    refusal: Reason | None = None
    again_at: datetime | None = None
    way_away: bool = False
    """As that of `NotSent`."""
    gone: bool = False
    """As that of `Undeliverable`."""

    @property
    def for_good(self) -> bool:
        return self.again_at is None


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
    refusal: Reason | None = None
    """The problem in words for people, where there are some."""


class NotSent(Exception):
    """Sending failed and may succeed later; the text says why, and `refusal` says it for people, if it can. `after` is
    how long the receiver said to wait. `way_away`: nobody's sendings to this receiver would arrive now."""

    def __init__(
        self,
        problem: str,
        refusal: Reason | None = None,
        after: timedelta | None = None,
        *,
        way_away: bool = False,
    ) -> None:
        super().__init__(problem)
        self.refusal = refusal
        self.after = after
        self.way_away = way_away


class Undeliverable(Exception):
    """Sending can never succeed: the address is not one that may be called, or it is gone. The text says why, as that
    of `NotSent`. `gone`: the browser takes nothing any more."""

    def __init__(self, problem: str, refusal: Reason | None = None, *, gone: bool = False) -> None:
        super().__init__(problem)
        self.refusal = refusal
        self.gone = gone


@contextmanager
def building() -> Iterator[None]:
    """What cannot be built from what people have entered fails alone, and ends no sender. Raises `Undeliverable`, and
    what the sender as a whole waits for or ends with: `DatabaseAway` and `BadConfiguration`."""
    try:
        yield
    except (DatabaseAway, BadConfiguration):
        raise
    except Exception as error:  # the libraries that build headers and bodies let errors of their parsers through
        reason = MessageUnbuildable()
        raise Undeliverable(f"{tell(reason, Language.EN)} ({type(error).__name__})", reason) from error


class Sender(Protocol):
    def __call__(self, sending: Sending) -> None:
        """Send it. Raises `NotSent` and `Undeliverable`."""


Senders = Mapping[Way, Sender]
