"""What signing in needs from outside. Every method raises `DatabaseAway`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_web.domain.people import Account, Invitation, Session


class Taken(Exception):
    """There is a user of this name already."""


NO_PASSWORD = ""
"""The hash of nothing: whoever has it signs in with nothing, until an invitation is accepted."""


@dataclass(frozen=True, slots=True)
class Login:
    account: Account
    password_hash: str


class People(Protocol):
    def login(self, username: str) -> Login | None:
        """Of an active user who may sign in."""

    def set_password(self, user_id: int, password_hash: str, now: datetime) -> None: ...

    def set_language(self, user_id: int, language: str | None) -> None: ...

    def invite(self, token_hash: str, invitation: Invitation, now: datetime) -> None:
        """Earlier ones of this name are worth nothing any more. Raises `Taken` where the user has a password."""

    def invitation(self, token_hash: str, now: datetime) -> Invitation | None:
        """One that may still be accepted."""

    def accept(self, token_hash: str, password_hash: str, now: datetime) -> Account | None:
        """The user with this password, made where there was none; None when the invitation is not to be had any
        more, or the user has a password."""


class Sessions(Protocol):
    def start(self, session: Session) -> None:
        """Sweeps those that are over."""

    def get(self, token_hash: str) -> Session | None:
        """Of an active user, however old."""

    def seen(self, token_hash: str, now: datetime) -> None: ...

    def confirm(self, token_hash: str, now: datetime) -> None: ...

    def end(self, token_hash: str) -> None: ...

    def end_others(self, user_id: int, but: str) -> int: ...

    def end_all(self, user_id: int) -> None: ...

    def end_one(self, user_id: int, name: str) -> bool:
        """By `Session.name`; False where the account has none of that name."""

    def of(self, user_id: int) -> Sequence[Session]:
        """Whole ones, last seen first."""


@dataclass(frozen=True, slots=True)
class KnownStep:
    """A salt without `since` was not proven yet."""

    salt: str | None
    since: datetime | None


class SecondSteps(Protocol):
    def second_step(self, user_id: int) -> KnownStep: ...

    def begin(self, user_id: int, salt: str) -> None:
        """Nothing changes where a code is asked for already."""

    def prove(self, user_id: int, since: datetime, step: int, code_hashes: Sequence[str]) -> None:
        """With the step whose code proved it, and the recovery codes."""

    def use_step(self, user_id: int, step: int) -> bool:
        """False for one that was used, or is older than one that was."""

    def use_recovery(self, user_id: int, code_hash: str) -> bool:
        """False where there is none, or no more."""

    def recovery_codes(self, user_id: int) -> int:
        """How many are left."""

    def renew(self, user_id: int, code_hashes: Sequence[str]) -> None: ...

    def end(self, user_id: int) -> None: ...


class Secrets(Protocol):
    def secret(self, purpose: str, *parts: object) -> bytes:
        """32 bytes, always the same for the same words, that nobody without the server's key can tell."""


class Tries(Protocol):
    def begin(self, account: str, network: str, now: datetime) -> float:
        """Count a try of both, as failed until `succeeded`, and answer 0; or count nothing and answer the seconds to
        wait."""

    def succeeded(self, account: str, network: str, now: datetime) -> None:
        """The account's failures are forgotten, of the network's this try."""


class Audit(Protocol):
    def write(self, action: AuditAction, by: Actor, subject: str, detail: str | None, now: datetime) -> None: ...


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...

    def matches(self, password_hash: str | None, password: str) -> bool:
        """As slow without a hash as with one."""

    def is_outdated(self, password_hash: str) -> bool:
        """Made with weaker parameters than today's."""
