"""The second step of signing in by codes: set an authenticator app up, check its codes, replace recovery codes, switch
the step off, and reset a lost one. Passkeys, the other second step: `passkeys`."""

import secrets
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_reasons.account_changes import (
    AuthenticatorAdded,
    AuthenticatorRemoved,
    CodesRenewed,
    SecondStepOff,
    SecondStepOn,
    SecondStepReset,
)
from mercarich_reasons.accounts import LastSecondStep, SecondStepReady
from mercarich_web.identity import codes
from mercarich_web.identity.passkey import Passkey
from mercarich_web.identity.people import Account, Role, Session
from mercarich_web.identity.server_key import ServerKey
from mercarich_web.identity.sign_in import Caller, Door, LetIn, TooMany, Wrong, actor, end_others
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.sql.passkeys import SqlPasskeys
from mercarich_web.identity.sql.people import SqlPeople
from mercarich_web.identity.sql.second_steps import ProvenApp, SqlSecondSteps
from mercarich_web.identity.sql.sessions import SqlSessions, SqlTries
from mercarich_web.identity.tries import Counter, of_session
from mercarich_web.refusals import NotFound, Refused


@dataclass(frozen=True, slots=True)
class SecondStep:
    desk: SqlSecondSteps
    secrets: ServerKey
    sessions: SqlSessions
    tries: SqlTries
    audit: SqlAudit
    now: Clock
    needed_by: Set[Role]
    """Who cannot switch it off."""

    def enrolment(self, session: Session) -> codes.Enrolment:
        """Return the secret for an authenticator: the same one for the whole session, until it is proven. No other
        session sees it, which may be somebody else's."""
        account = session.account
        salt = self._next_salt(session, self.desk.second_step(account.user_id).salt)
        return codes.enrolment(self._secret(account.user_id, salt), account.username)

    def prove(self, session: Session, code: str, caller: Caller) -> tuple[list[str], LetIn]:
        """Take codes of the authenticator that was being set up from now on, and end the account's other sessions.

        Return the recovery codes, of which only hashes are stored, when there was no second step before, else none; and
        this session's other token, as whatever ends the others does. Raises `Wrong`, `TooMany`, `Refused`, and
        `Superseded` when the session was ended, as whatever changes the second step does.
        """
        account = session.account
        known = self.desk.second_step(account.user_id)
        counters = of_session(session.token_hash)
        self._try(counters)
        salt = self._next_salt(session, known.salt)
        step = codes.matching_step(self._secret(account.user_id, salt), codes.typed(code), self.now())
        if step is None:
            raise Wrong
        self.tries.succeeded(counters, self.now())
        made, hashes = self.new_codes(account)
        told = SecondStepOn(caller.address) if known.since is None else AuthenticatorAdded(caller.address)
        began = self.desk.prove(session, ProvenApp(known.salt, salt, step), self.now(), hashes, told)
        if began is None:
            raise Refused(SecondStepReady())
        self._note(AuditAction.SECOND_STEP_BEGUN if began else AuditAction.AUTHENTICATOR_ADDED, account, caller)
        return made if began else [], end_others(self.sessions, session, caller, self.now())

    def enter(self, door: Door, half: Session, code: str, caller: Caller) -> LetIn:
        """Complete a sign-in with a code. Raises `Wrong` and `TooMany`."""
        account = half.account
        counters = door.codes_of(account, caller)
        self._try(counters)
        if not self._is_right(account, codes.typed(code)):
            self._note(AuditAction.SIGN_IN_FAILED, account, caller, "code")
            raise Wrong
        self.tries.succeeded(counters, self.now())
        return door.start(account, caller, None)

    def left(self, account: Account) -> int:
        """Return the number of unused recovery codes."""
        return self.desk.recovery_codes(account.user_id)

    def renew(self, session: Session, caller: Caller) -> list[str]:
        """Return new recovery codes and make the old ones void."""
        account = session.account
        made, hashes = self.new_codes(account)
        self.desk.renew(session, hashes, self.now(), CodesRenewed(caller.address))
        self._note(AuditAction.RECOVERY_CODES_RENEWED, account, caller)
        return made

    def end(self, session: Session, caller: Caller) -> LetIn:
        """Switch the second step off and end the account's other sessions. Raises `Refused` for who needs one."""
        account = session.account
        if account.role in self.needed_by:
            raise Refused(LastSecondStep())
        self.desk.end(account.user_id, self.now(), SecondStepOff(caller.address), session)
        self._note(AuditAction.SECOND_STEP_ENDED, account, caller)
        return end_others(self.sessions, session, caller, self.now())

    def has_authenticator(self, account: Account) -> bool:
        return self.desk.second_step(account.user_id).salt is not None

    def end_authenticator(self, session: Session, caller: Caller) -> tuple[bool, LetIn]:
        """End the authenticator and the account's other sessions. Return whether a passkey is left as the second step;
        without one, the step is switched off. Raises `NotFound`, and `Refused` for who needs one."""
        account = session.account
        if not self.desk.end_authenticator(session, self.now(), AuthenticatorRemoved(caller.address)):
            return False, self.end(session, caller)
        self._note(AuditAction.AUTHENTICATOR_REMOVED, account, caller)
        return True, end_others(self.sessions, session, caller, self.now())

    def new_codes(self, account: Account) -> tuple[list[str], list[str]]:
        """Return recovery codes, and the hashes to store of them."""
        made = [codes.recovery_code(secrets.token_bytes(codes.RECOVERY_BYTES)) for _ in range(codes.RECOVERY_CODES)]
        return made, [self._hash(account, one) for one in made]

    def _is_right(self, account: Account, code: str) -> bool:
        """Check a code; each code is valid once."""
        if not codes.is_of_authenticator(code):
            return self.desk.use_recovery(account.user_id, self._hash(account, code))
        salt = self.desk.second_step(account.user_id).salt
        step = codes.matching_step(self._secret(account.user_id, salt), code, self.now()) if salt else None
        return step is not None and self.desk.use_step(account.user_id, step)

    def _try(self, counters: Sequence[Counter]) -> None:
        seconds = self.tries.begin(counters, self.now())
        if seconds > 0:
            raise TooMany(seconds)

    def _next_salt(self, session: Session, before: str | None) -> str:
        """Return the salt of an authenticator that this session may set up after the one with the salt `before`."""
        parts = (session.account.user_id, session.created_at.isoformat(), before or "")
        return self.secrets.secret("next codes", *parts).hex()[:32]

    def _secret(self, user_id: int, salt: str) -> bytes:
        return self.secrets.secret("codes", user_id, salt)[:20]

    def _hash(self, account: Account, code: str) -> str:
        return self.secrets.secret("recovery code", account.user_id, codes.typed(code)).hex()

    def _note(self, action: AuditAction, account: Account, caller: Caller, detail: str | None = None) -> None:
        self.audit.write(action, actor(account, caller), account.username, detail, self.now())


class StepOfUser(NamedTuple):
    since: datetime | None
    """None: it is off."""
    authenticator: bool
    passkeys: Sequence[Passkey]
    recovery_codes: int
    """Unused ones."""


@dataclass(frozen=True, slots=True)
class LostStep:
    """Let an operator reset the second step of a user who has lost authenticator, passkeys and recovery codes."""

    people: SqlPeople
    desk: SqlSecondSteps
    passkeys: SqlPasskeys
    audit: SqlAudit
    now: Clock

    def look(self, username: str) -> StepOfUser:
        """Return a user's second step. Raises `NotFound`."""
        user_id = self._account(username).user_id
        step, keys = self.desk.second_step(user_id), self.passkeys.of(user_id)
        return StepOfUser(step.since, step.salt is not None, keys, self.desk.recovery_codes(user_id))

    def reset(self, username: str, by: Actor) -> bool:
        """Switch the second step off, with its passkeys, and end all sessions of the account, also those that wait for
        the step.

        The password is enough until the user sets the step up again. Return False, and change nothing, when no step is
        set up. Raises `NotFound`.
        """
        account = self._account(username)
        if not account.asks_for_code:
            return False
        self.desk.end(account.user_id, self.now(), SecondStepReset(), None)
        self.audit.write(AuditAction.SECOND_STEP_RESET, by, account.username, None, self.now())
        return True

    def _account(self, username: str) -> Account:
        login = self.people.login(username)
        if login is None:
            raise NotFound(f"there is no user {username!r} who signs in")
        return login.account
