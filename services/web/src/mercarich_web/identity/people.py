"""Who signs in: accounts, sessions, what a password must be, how long a guesser has to wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_web.identity.guessable import is_guessable

NAME_LENGTH = 16
"""Of a session's name, hexadecimal."""
IDLE = timedelta(hours=2)
"""A session ends after this long without a request,"""
ABSOLUTE = timedelta(hours=24)
"""and at the latest after this long."""
FRESH = timedelta(minutes=15)
"""So long after the password was given, what needs a fresh login may be done."""
INVITED_FOR = timedelta(days=7)

SHORTEST, LONGEST = 12, 128
FREE_TRIES = 5
"""Of an account;"""
FREE_TRIES_OF_A_NETWORK = 30
"""an office's people sign in from one address."""
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
"""Failures are forgotten when none was added for so long."""


class Role(StrEnum):
    SELLER = "seller"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Account:
    user_id: int
    username: str
    role: Role
    plan: int
    """Checks a day that are allowed,"""
    checks_a_day: int
    """and that are wanted of them."""
    language: str | None
    """ja or en; None: whatever the browser asks for."""
    asks_for_code: bool = False
    """The password alone is not enough."""


@dataclass(frozen=True, slots=True)
class Session:
    account: Account
    token_hash: str
    created_at: datetime
    seen_at: datetime
    confirmed_at: datetime
    """When the password was last given."""
    address: str = ""
    agent: str = ""
    unread: int = 0
    """Open notices that were not read."""
    half: bool = False
    """The password was right, the code is still to come: nobody is signed in yet."""

    @property
    def name(self) -> str:
        """What a page may hold: it lets nobody in."""
        return self.token_hash[:NAME_LENGTH]

    def is_over(self, now: datetime) -> bool:
        return now - self.seen_at > IDLE or now - self.created_at > ABSOLUTE

    def is_fresh(self, now: datetime) -> bool:
        return now - self.confirmed_at <= FRESH


@dataclass(frozen=True, slots=True)
class Invitation:
    username: str
    plan: int
    role: Role
    created_by: str
    expires_at: datetime


class WeakPassword(Exception):
    """`rule` tells which rule it breaks."""

    def __init__(self, rule: "Rule") -> None:
        super().__init__(rule)
        self.rule = rule


class Rule(StrEnum):
    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    NAMED = "named"
    """It is, or holds, the account's name."""


def check_password(password: str, username: str) -> None:
    """No rule on kinds of characters and no expiry (ASVS 5.0, 6.2.5 and 6.2.10). Raises `WeakPassword`."""
    if len(password) < SHORTEST:
        raise WeakPassword(Rule.SHORT)
    if len(password) > LONGEST:
        raise WeakPassword(Rule.LONG)
    plain = password.casefold()
    if username.casefold() in plain or "mercarich" in plain:
        raise WeakPassword(Rule.NAMED)
    if is_guessable(plain):
        raise WeakPassword(Rule.COMMON)


def wait_after(failures: int, free: int = FREE_TRIES) -> timedelta:
    """How long nobody may try again after so many failures in a row: nothing at first, then doubling."""
    if failures < free:
        return timedelta(0)
    return min(LONGEST_WAIT, timedelta(seconds=2 ** min(failures - free + 1, 12)))


class Taken(Exception):
    """There is a user of this name already."""


NO_PASSWORD = ""
"""The hash of nothing: whoever has it signs in with nothing, until an invitation is accepted."""


@dataclass(frozen=True, slots=True)
class Login:
    account: Account
    password_hash: str


@dataclass(frozen=True, slots=True)
class KnownStep:
    """A salt without `since` was not proven yet."""

    salt: str | None
    since: datetime | None
