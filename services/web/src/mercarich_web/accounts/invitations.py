"""Inviting people, and accepting an invitation."""

import re
import secrets
from dataclasses import dataclass

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.schedule import PLANS
from mercarich_platform.clock import Clock
from mercarich_reasons.account_changes import AccountShut, PasswordReset
from mercarich_reasons.accounts import HasPassword, NoPlan, NoUsername
from mercarich_reasons.reason import Reason
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.identity.people import (
    INVITED_FOR,
    NO_PASSWORD,
    Account,
    Ended,
    Invitation,
    Login,
    Role,
    Taken,
    check_password,
)
from mercarich_web.identity.sign_in import hashed
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.sql.people import SqlPeople
from mercarich_web.refusals import NotFound, Refused

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,63}")


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation with its `token`, which is shown once and stored only as a hash."""

    invitation: Invitation
    token: str


@dataclass(frozen=True, slots=True)
class LostPassword:
    """Let an operator reset a password that its user has forgotten, or that somebody else knows."""

    people: SqlPeople
    invitations: "Invitations"
    audit: SqlAudit
    now: Clock

    def reset(self, username: str, by: Actor, *, programs: bool = True) -> tuple[Invited, Ended]:
        """End the password and all sessions, and return an invitation to choose another password.

        `programs` ends the API keys and the webhook, too: who knew the password may have made them. The second step
        stays as it is. Raises `NotFound`.
        """
        account, ended = self._void(username, by, AuditAction.PASSWORD_RESET, PasswordReset(), programs=programs)
        return self.invitations.invite(account.username, account.plan, account.role, by), ended

    def stolen(self, username: str, by: Actor) -> tuple[Account, Ended]:
        """End everything by which somebody acts as this user, at once and without a way back in. Raises
        `NotFound`."""
        return self._void(username, by, AuditAction.ACCOUNT_STOLEN, AccountShut(), programs=True)

    def _void(
        self, username: str, by: Actor, action: AuditAction, told: Reason, *, programs: bool
    ) -> tuple[Account, Ended]:
        login = self.people.login(username)
        if login is None:
            raise NotFound(f"there is no user {username!r} who signs in")
        account, now = login.account, self.now()
        ended = self.people.replace_password(account.user_id, NO_PASSWORD, now, told, proven=None, programs=programs)
        self.audit.write(action, by, account.username, ended.detail, now)
        return account, ended


@dataclass(frozen=True, slots=True)
class Invitations:
    people: SqlPeople
    passwords: Argon2Passwords
    audit: SqlAudit
    now: Clock

    def invite(self, username: str, plan: int, role: Role, by: Actor) -> Invited:
        """Invite a new user, or an existing one without a password. Raises `Refused`."""
        if not _NAME.fullmatch(username):
            raise Refused(NoUsername())
        if plan not in PLANS:
            raise Refused(NoPlan(plan))
        token, now = secrets.token_urlsafe(32), self.now()
        invitation = Invitation(username, plan, role, by.name[:64], now + INVITED_FOR)
        try:
            self.people.invite(hashed(token), invitation, now)
        except Taken as error:
            raise Refused(HasPassword(username)) from error
        self.audit.write(AuditAction.INVITED, by, username, role, now)
        return Invited(invitation, token)

    def look(self, token: str) -> Invitation:
        """Return the invitation. Raises `NotFound` when it was used, has expired or never existed."""
        found = self.people.invitation(hashed(token), self.now())
        if found is None:
            raise NotFound("this invitation cannot be used any more")
        return found

    def accept(self, token: str, password: str, address: str | None) -> Login:
        """Set the password and return the login; `address` is the browser's; None: this was no browser.

        Raises `NotFound` and `WeakPassword`.
        """
        check_password(password, self.look(token).username)
        login = self.people.accept(hashed(token), self.passwords.hash(password), self.now())
        if login is None:
            raise NotFound("this invitation cannot be used any more")
        account = login.account
        by = Actor(account.username, account.user_id, address)
        self.audit.write(AuditAction.JOINED, by, account.username, None, self.now())
        return login
