"""Why a browser did not get a notice (web push), and why it gets none any more."""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class BrowserAway(Reason):
    """The push service of its vendor could not be reached in time, or failed. `status` is that of HTTP; None: there was
    none."""

    host: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class BrowserBusy(Reason):
    """The push service takes no more messages for now."""

    host: str


@dataclass(frozen=True, slots=True)
class BrowserGivenUp(Reason):
    """The push service was away or busy at the last of these tries too, so the notice was not delivered."""

    host: str
    tries: int


@dataclass(frozen=True, slots=True)
class BrowserKeyRefused(Reason):
    """The push service does not take the key of this system for this browser (status 401 or 403)."""

    host: str


@dataclass(frozen=True, slots=True)
class BrowserMessageTooLarge(Reason):
    """The push service takes no message of this size (status 413)."""

    host: str


@dataclass(frozen=True, slots=True)
class BrowserRefused(Reason):
    """The push service refused the message with a status that has no words of its own here."""

    host: str
    status: int


@dataclass(frozen=True, slots=True)
class BrowserSecretUnreadable(Reason):
    """The stored subscription cannot be decrypted."""


@dataclass(frozen=True, slots=True)
class BrowserGone(Reason):
    """The push service does not know the subscription any more (status 404 or 410): notifications were switched off in
    the browser, or its data was deleted."""


@dataclass(frozen=True, slots=True)
class BrowserRemoved(Reason):
    """Its owner removed it on the page."""


@dataclass(frozen=True, slots=True)
class BrowserRenewed(Reason):
    """The same browser was set up again, with another subscription."""


@dataclass(frozen=True, slots=True)
class BrowserSignedOut(Reason):
    """Its owner signed out in it."""


@dataclass(frozen=True, slots=True)
class BrowserShutOut(Reason):
    """Its session was ended from elsewhere, or a new password or second step ended all but what is known as the browser
    of the session that goes on."""


@dataclass(frozen=True, slots=True)
class BrowserTakenOver(Reason):
    """Somebody else signed in with it."""


@dataclass(frozen=True, slots=True)
class BrowserOfStopped(Reason):
    """The account was stopped."""


@dataclass(frozen=True, slots=True)
class BrowserOfBackup(Reason):
    """The database was restored from a backup: the subscription may have ended after it."""
