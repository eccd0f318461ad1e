"""What all chats have in common: a message goes to a place with a secret, and the reply says what became of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from unicodedata import normalize

from mercarich_reasons.chats import ChatAway, ChatBusy, ChatRefused
from mercarich_reasons.reason import Reason
from mercarich_web.notices.notices import Chat
from mercarich_web.notices.replies import Reply

LONGEST = 700
"""Maximum number of characters of a message's text before it is escaped: with a link, it fits every chat then. The
least is Discord's 2,000 characters, and its escapes double a text at most."""

LONGEST_WITH_LINKS, LONGEST_LABEL = 200, 40
"""The same for a text that links follow, and for the label of each."""

MOST_SECONDS = 86_400
"""Of a pause that a chat asks for."""


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    text: str
    """May hold what other people wrote, such as a file's name: a chat must take it for plain text."""
    link: str | None
    links: tuple[tuple[str, str], ...] = ()
    """Labels, each with an address of its own: what they lead to is not shown before it is opened."""


@dataclass(frozen=True, slots=True)
class Address:
    place: str
    secret: str


@dataclass(frozen=True, slots=True)
class Post:
    url: str
    headers: Mapping[str, str]
    body: bytes


class Vendor(Protocol):
    """A chat. `place` and `secret` are patterns of what a seller enters; where `place` is None, both are groups of the
    address of a webhook."""

    @property
    def name(self) -> str: ...

    @property
    def place(self) -> re.Pattern[str] | None: ...

    @property
    def secret(self) -> re.Pattern[str]: ...

    @property
    def example(self) -> str: ...

    def post(self, address: Address, message: Message, key: str) -> Post:
        """Return the request. `key` is a UUID, the same for each try of a sending."""
        ...

    def refusal(self, reply: Reply, place: str) -> Reason | None:
        """Return why the message was not taken, or None when it was."""
        ...

    def pause(self, reply: Reply, now: datetime) -> timedelta | None:
        """Return how long the chat says to wait, if it does."""
        ...


def typed(text: str) -> str:
    """Return what was typed, without spaces around it, and in half width: Japanese keyboards enter wide digits."""
    return normalize("NFKC", text).strip()


def place_shown(vendor: Vendor, place: str) -> str:
    """Return the place that was typed if it can be one, to be shown again: else it may be the secret, in a wrong
    field."""
    place = typed(place)
    return place if vendor.place is not None and vendor.place.fullmatch(place) is not None else ""


def entered(vendor: Vendor, place: str, secret: str, old: Chat | None) -> tuple[str, str | None] | None:
    """Return the place and the secret that a seller entered. A secret of None is the one of before, for an empty field;
    None alone: it is no address of this chat."""
    place, secret = typed(place), typed(secret)
    if vendor.place is None:
        if not secret and old is not None:
            return old.place, None
        found = vendor.secret.fullmatch(secret)
        return (found["place"], found["secret"]) if found is not None else None
    there = vendor.place.fullmatch(place)
    if there is None:
        return None
    if not secret and old is not None:
        return there["place"], None
    return (there["place"], secret) if vendor.secret.fullmatch(secret) is not None else None


def usual_refusal(name: str, reply: Reply) -> Reason | None:
    """Return what a status means at every chat that says nothing else of it."""
    if 200 <= reply.status < 300:
        return None
    if reply.status == 429:
        return ChatBusy(name)
    if reply.status >= 500 or reply.status == 408:
        return ChatAway(name, reply.status)
    return ChatRefused(name, reply.status)


def is_passing(refusal: Reason) -> bool:
    """Return whether the chat may take the same message later."""
    return isinstance(refusal, ChatBusy | ChatAway)


def retry_after(reply: Reply) -> timedelta | None:
    """Return the pause of a `Retry-After` in seconds (RFC 9110, 10.2.3); a date there is not read."""
    return seconds(reply.headers.get("retry-after"))


def seconds(given: object) -> timedelta | None:
    """Return a pause of as many seconds, a day at most, if it is a number."""
    try:
        number = float(given) if isinstance(given, str | int | float) else -1.0
    except ValueError:
        return None
    return timedelta(seconds=min(number, MOST_SECONDS)) if number >= 0 else None
