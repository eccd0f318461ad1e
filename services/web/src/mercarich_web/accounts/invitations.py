"""Inviting people, and accepting an invitation."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.schedule import PLANS
from mercarich_platform.clock import Clock
from mercarich_reasons.account_changes import AccountShut, PasswordReset
from mercarich_reasons.accounts import HasPassword, NoPlan, NoUsername, TooManyInvitationMails
from mercarich_reasons.reason import Reason
from mercarich_web.identity.mail_addresses import mail_address
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.identity.people import (
    INVITED_FOR,
    NO_PASSWORD,
    Account,
    Ended,
    FirstWays,
    Invitation,
    Login,
    Role,
    Taken,
    Welcome,
    check_password,
)
from mercarich_web.identity.sign_in import Caller, hashed
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.sql.invitations import MOST_MAILS, OpenInvitation, SqlInvitations, TooManyMails
from mercarich_web.identity.sql.people import SqlPeople
from mercarich_web.refusals import NotFound, Refused

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,63}")


@dataclass(frozen=True, slots=True)
class Mailing:
    """How an invitation reaches the person beside the link that is shown."""

    address: str
    """As it was entered; empty: nothing is mailed."""
    language: str
    """`ja` or `en`."""
    goes: bool = True
    """Whether a mail server is set up here. Without one the address is kept, and nothing is mailed."""


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

    def invite(self, username: str, plan: int, role: Role, by: Actor, mailing: Mailing | None = None) -> Invited:
        """Invite a new user, or an existing one without a password. Raises `Refused`.

        The link that is mailed is another one than the one returned: who joins by it has read the mail.
        """
        if not _NAME.fullmatch(username):
            raise Refused(NoUsername())
        if plan not in PLANS:
            raise Refused(NoPlan(plan))
        to = mail_address(mailing.address) if mailing is not None and mailing.address.strip() else None
        token, now = secrets.token_urlsafe(32), self.now()
        language = mailing.language if mailing is not None and to else None
        invitation = Invitation(username, plan, role, by.name[:64], now + INVITED_FOR, to, language)
        try:
            self.people.invite(hashed(token), invitation, now, mails=mailing is not None and mailing.goes)
        except Taken as error:
            raise Refused(HasPassword(username)) from error
        except TooManyMails as error:
            raise Refused(TooManyInvitationMails(MOST_MAILS)) from error
        self.audit.write(AuditAction.INVITED, by, username, f"{role}, {to}" if to else role, now)
        return Invited(invitation, token)

    def look(self, token: str) -> Welcome:
        """Return the invitation. Raises `NotFound` when it was used, has expired or never existed."""
        found = self.people.invitation(hashed(token), self.now())
        if found is None:
            raise NotFound("this invitation cannot be used any more")
        return found

    def accept(self, token: str, password: str, caller: Caller | None, first: FirstWays | None = None) -> Login:
        """Set the password and return the login. `caller`: None when this was no browser. `first`: where the notices of
        a new user go.

        Raises `NotFound`, `WeakPassword` and `Refused`.
        """
        found = self.look(token)
        check_password(password, found.invitation.username)
        if first is not None:
            mail_address(first.mail_address)
        login = self.people.accept(hashed(token), self.passwords.hash(password), self.now(), first)
        if login is None:
            raise NotFound("this invitation cannot be used any more")
        account = login.account
        named = (account.username, account.user_id)
        by = caller.actor(*named) if caller is not None else Actor(*named)
        detail = f"by the mail to {found.invitation.mail_address}" if found.by_mail else None
        self.audit.write(AuditAction.JOINED, by, account.username, detail, self.now())
        return login


@dataclass(frozen=True, slots=True)
class InvitationDesk:
    """What becomes of invitations that nobody has accepted yet."""

    book: SqlInvitations
    audit: SqlAudit
    now: Clock

    def open(self) -> Sequence[OpenInvitation]:
        return self.book.open(self.now())

    def mail_again(self, username: str, by: Actor) -> str:
        """Send another mail, and return its address. Raises `NotFound` and `Refused`."""
        try:
            address = self.book.mail_again(username, self.now())
        except TooManyMails as error:
            raise Refused(TooManyInvitationMails(MOST_MAILS)) from error
        if address is None:
            raise NotFound(f"no open invitation of {username!r} has a mail address")
        self.audit.write(AuditAction.INVITATION_MAILED_AGAIN, by, username, address, self.now())
        return address

    def revoke(self, username: str, by: Actor) -> None:
        """End the link that was shown and those that were mailed. Raises `NotFound`."""
        if not self.book.revoke(username, self.now()):
            raise NotFound(f"there is no open invitation of {username!r}")
        self.audit.write(AuditAction.INVITATION_REVOKED, by, username, None, self.now())
