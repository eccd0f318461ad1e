"""The second step of signing in: set it up, check its codes, replace recovery codes, switch it off, and reset a lost
one."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_reasons.account_changes import CodesRenewed, SecondStepOff, SecondStepOn, SecondStepReset
from mercarich_reasons.accounts import SecondStepReady
from mercarich_web.identity import codes
from mercarich_web.identity.people import Account, Session
from mercarich_web.identity.server_key import ServerKey
from mercarich_web.identity.sign_in import Caller, Door, LetIn, TooMany, Wrong, actor
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.sql.people import SqlPeople
from mercarich_web.identity.sql.second_steps import SqlSecondSteps
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

    def enrolment(self, session: Session) -> codes.Enrolment:
        """Return the secret for the authenticator, the same one until it is proven. Raises `Superseded` when the
        session was ended, as whatever changes the second step does."""
        account = session.account
        known = self.desk.second_step(account.user_id)
        salt = known.salt if known.since is None else None
        if salt is None:
            salt = secrets.token_hex(16)
            self.desk.begin(session, salt)
        return codes.enrolment(self._secret(account.user_id, salt), account.username)

    def prove(self, session: Session, code: str, caller: Caller) -> list[str]:
        """Switch the second step on with a first code, end the account's other sessions, and return the recovery codes,
        of which only hashes are stored. Raises `Wrong`, `TooMany` and `Refused`."""
        account = session.account
        known = self.desk.second_step(account.user_id)
        if known.since is not None or known.salt is None:
            raise Refused(SecondStepReady())
        counters = of_session(session.token_hash)
        self._try(counters)
        step = codes.matching_step(self._secret(account.user_id, known.salt), codes.typed(code), self.now())
        if step is None:
            raise Wrong
        self.tries.succeeded(counters, self.now())
        made = self._made()
        hashes, told = [self._hash(account, one) for one in made], SecondStepOn(caller.address)
        self.desk.prove(session, self.now(), step, hashes, told)
        self.sessions.end_others(account.user_id, session.token_hash)
        self._note(AuditAction.SECOND_STEP_BEGUN, account, caller)
        return made

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
        made = self._made()
        hashes = [self._hash(account, one) for one in made]
        self.desk.renew(session, hashes, self.now(), CodesRenewed(caller.address))
        self._note(AuditAction.RECOVERY_CODES_RENEWED, account, caller)
        return made

    def end(self, session: Session, caller: Caller) -> None:
        """Switch the second step off and end the account's other sessions."""
        account = session.account
        self.desk.end(account.user_id, self.now(), SecondStepOff(caller.address), session)
        self.sessions.end_others(account.user_id, session.token_hash)
        self._note(AuditAction.SECOND_STEP_ENDED, account, caller)

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

    def _secret(self, user_id: int, salt: str) -> bytes:
        return self.secrets.secret("codes", user_id, salt)[:20]

    def _hash(self, account: Account, code: str) -> str:
        return self.secrets.secret("recovery code", account.user_id, codes.typed(code)).hex()

    def _made(self) -> list[str]:
        return [codes.recovery_code(secrets.token_bytes(codes.RECOVERY_BYTES)) for _ in range(codes.RECOVERY_CODES)]

    def _note(self, action: AuditAction, account: Account, caller: Caller, detail: str | None = None) -> None:
        self.audit.write(action, actor(account, caller), account.username, detail, self.now())


@dataclass(frozen=True, slots=True)
class LostStep:
    """Let an operator reset the second step of a user who has lost the authenticator and the recovery codes."""

    people: SqlPeople
    desk: SqlSecondSteps
    sessions: SqlSessions
    audit: SqlAudit
    now: Clock

    def reset(self, username: str, by: Actor) -> bool:
        """Switch the second step off and end all sessions of the account, also those that wait for a code.

        The password is enough until the user sets the step up again. Return False, and change nothing, when no step is
        set up. Raises `NotFound`.
        """
        login = self.people.login(username)
        if login is None:
            raise NotFound(f"there is no user {username!r} who signs in")
        account = login.account
        if not account.asks_for_code:
            return False
        self.sessions.end_all(account.user_id)
        self.desk.end(account.user_id, self.now(), SecondStepReset(), None)
        self.audit.write(AuditAction.SECOND_STEP_RESET, by, account.username, None, self.now())
        return True
