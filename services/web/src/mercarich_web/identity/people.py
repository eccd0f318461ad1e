"""Accounts and sessions, and the rules for passwords."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from mercarich_web.identity.guessable import is_guessable

NAME_LENGTH = 16
"""Length of a session's name in hexadecimal digits."""
IDLE = timedelta(hours=2)
"""A session ends after this time without a request."""
ABSOLUTE = timedelta(hours=24)
"""A session ends at the latest this time after it began."""
FRESH = timedelta(minutes=15)
"""Time after a password confirmation within which actions that need a fresh login are allowed."""
INVITED_FOR = timedelta(days=7)

SHORTEST, LONGEST = 12, 128


class Role(StrEnum):
    SELLER = "seller"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Account:
    user_id: int
    username: str
    role: Role
    plan: int
    """Checks a day that the plan allows."""
    checks_a_day: int
    """Checks a day that the seller wants."""
    language: str | None
    """`ja` or `en`; None: the language that the browser asks for."""
    asks_for_code: bool = False
    """A second step is set up, an authenticator app or a passkey: the password alone is not enough."""
    devices_salt: str = ""
    """The cookies of known browsers are signed with it: another one makes them void."""


@dataclass(frozen=True, slots=True)
class Session:
    account: Account
    token_hash: str
    created_at: datetime
    seen_at: datetime
    confirmed_at: datetime
    """Time at which the password was last entered."""
    address: str = ""
    agent: str = ""
    unread: int = 0
    """Number of open notices that are not read."""
    half: bool = False
    """The password was right and the code is still missing: the user is not signed in yet."""

    @property
    def name(self) -> str:
        """A name for the session that a page may contain; it cannot be used to sign in."""
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
    mail_address: str | None = None
    """Where the person is reached; it is not confirmed before they join by the link that was mailed there."""
    language: str | None = None
    """Of the mail: `ja` or `en`."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """An invitation, as it looks to who opens its link."""

    invitation: Invitation
    by_mail: bool
    """It is the link that was mailed, so that who has it has read the mail."""
    is_new: bool
    """Nobody has ever signed in as this user, so that nothing is chosen yet of where notices go."""


@dataclass(frozen=True, slots=True)
class FirstWays:
    """Where the notices of a new user go, before anything is chosen in the account."""

    mail_address: str
    kinds_by_mail: str
    """As `notice_ways` has them."""


class WeakPassword(Exception):
    """The password breaks `rule`."""

    def __init__(self, rule: "Rule") -> None:
        super().__init__(rule)
        self.rule = rule


class Rule(StrEnum):
    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    NAMED = "named"
    """It is, or contains, the account's name."""


def check_password(password: str, username: str) -> None:
    """Check a new password. There is no rule on kinds of characters and no expiry (ASVS 5.0, 6.2.5 and 6.2.10). Raises
    `WeakPassword`."""
    if len(password) < SHORTEST:
        raise WeakPassword(Rule.SHORT)
    if len(password) > LONGEST:
        raise WeakPassword(Rule.LONG)
    plain = password.casefold()
    if username.casefold() in plain or "mercarich" in plain:
        raise WeakPassword(Rule.NAMED)
    if is_guessable(plain):
        raise WeakPassword(Rule.COMMON)


class Superseded(Exception):
    """What a request has proven holds no more: the password was replaced or the session was ended in the meantime."""


class Taken(Exception):
    """A user of this name exists already."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What was ended together with a password."""

    sessions: int
    keys: tuple[str, ...] = ()
    """Names of API keys."""
    webhook: str | None = None
    """Its address."""
    chats: tuple[str, ...] = ()
    """Those that notices went to."""
    browsers: int = 0
    """Those that showed notices."""

    @property
    def detail(self) -> str:
        """Return what the audit log says of it. The webhook's path may be a secret of its owner's."""
        host = urlsplit(self.webhook or "").hostname
        parts = [
            f"sessions {self.sessions}",
            *(f"key {name}" for name in self.keys),
            *([f"webhook {host}"] if host else []),
            *(f"notices at {chat}" for chat in self.chats),
            *([f"notices in {self.browsers} browsers"] if self.browsers else []),
        ]
        return "ended: " + ", ".join(parts)


NO_PASSWORD = ""
"""A hash that no password matches: the user cannot sign in before accepting an invitation."""


@dataclass(frozen=True, slots=True)
class Login:
    account: Account
    password_hash: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The session that goes on while all others of its account end, as what its browser shows does."""

    token_hash: str
    browser_hash: str | None
    """Of the cookie by which its browser is known; None: it shows no notices."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What somebody has shown who changes a password."""

    password_hash: str
    """The one that the old password matched."""
    kept: Kept
    another: str
    """The token hash under which the kept session goes on."""


@dataclass(frozen=True, slots=True)
class KnownStep:
    """The state of a second step."""

    since: datetime | None
    """Since when signing in asks for one; None: it is off."""
    salt: str | None
    """Of the authenticator app's secret; None: there is no app."""
