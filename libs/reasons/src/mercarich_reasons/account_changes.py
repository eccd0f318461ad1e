"""What happened to an account, of which its owner hears by mail: somebody else may have done it."""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class NewBrowser(Reason):
    """Somebody signed in with a browser that was not known."""

    address: str
    browser: str | None = None
    """Browser and system, such as "Chrome, Windows"; None when they are not known."""


@dataclass(frozen=True, slots=True)
class PasswordChanged(Reason):
    address: str


@dataclass(frozen=True, slots=True)
class PasswordReset(Reason):
    """An operator made a link to choose another password."""


@dataclass(frozen=True, slots=True)
class AccountShut(Reason):
    """An operator shut the account, because somebody else acted as its owner."""


@dataclass(frozen=True, slots=True)
class SecondStepOn(Reason):
    address: str


@dataclass(frozen=True, slots=True)
class SecondStepOff(Reason):
    address: str


@dataclass(frozen=True, slots=True)
class SecondStepReset(Reason):
    """An operator switched the second step off."""


@dataclass(frozen=True, slots=True)
class AuthenticatorAdded(Reason):
    """An authenticator app gives codes beside a passkey, or instead of another app."""

    address: str


@dataclass(frozen=True, slots=True)
class AuthenticatorRemoved(Reason):
    """Only passkeys are left."""

    address: str


@dataclass(frozen=True, slots=True)
class PasskeyAdded(Reason):
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class PasskeyRemoved(Reason):
    """Another second step is left."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class CodesRenewed(Reason):
    """Recovery codes were created again."""

    address: str


@dataclass(frozen=True, slots=True)
class KeyMade(Reason):
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class NoticesRedirected(Reason):
    """Notices go to another mail address or webhook."""

    address: str


@dataclass(frozen=True, slots=True)
class NoticesToChat(Reason):
    """Notices go to a chat, or to another place in it."""

    address: str
    chat: str
    """The chat's own name, such as "Slack"."""


@dataclass(frozen=True, slots=True)
class DecidingByLinks(Reason):
    """Messages have links from now on, by which whoever has them decides on replacements."""

    address: str


@dataclass(frozen=True, slots=True)
class NoticesToBrowser(Reason):
    """Notices go to a browser, as its notifications."""

    address: str
    browser: str | None = None
    """As that of `NewBrowser`."""
