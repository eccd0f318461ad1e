"""Passkeys as the second step of signing in: make, use and remove them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mercarich_contracts.audit import AuditAction
from mercarich_platform.clock import Clock
from mercarich_reasons.accounts import PasskeyUnnamed, TooManyPasskeys
from mercarich_web.identity import ceremonies
from mercarich_web.identity.ceremonies import RelyingParty, Unproven
from mercarich_web.identity.passkey import GOOD_FOR, MOST, Passkey
from mercarich_web.identity.people import Account, Session
from mercarich_web.identity.second_step import SecondStep
from mercarich_web.identity.sign_in import Caller, Door, LetIn, TooMany, Wrong, actor, end_others
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.sql.passkeys import SqlPasskeys
from mercarich_web.identity.sql.sessions import SqlSessions, SqlTries
from mercarich_web.identity.tries import of_session
from mercarich_web.refusals import Refused


@dataclass(frozen=True, slots=True)
class Passkeys:
    desk: SqlPasskeys
    step: SecondStep
    sessions: SqlSessions
    tries: SqlTries
    audit: SqlAudit
    now: Clock

    def of(self, account: Account) -> Sequence[Passkey]:
        """Return the account's passkeys, oldest first."""
        return self.desk.of(account.user_id)

    def to_make(self, session: Session, party: RelyingParty) -> dict[str, Any]:
        """Return what the browser is asked for a new passkey. Raises `Refused` when there are too many."""
        account = session.account
        known = self.of(account)
        if len(known) >= MOST:
            raise Refused(TooManyPasskeys(MOST))
        handle = self.step.secrets.secret("passkeys", account.user_id)
        credentials = [one.credential for one in known]
        return ceremonies.to_make(party, self._challenge(session), handle, account.username, credentials)

    def add(
        self, session: Session, party: RelyingParty, name: str, response: str, caller: Caller
    ) -> tuple[list[str], LetIn]:
        """Store the passkey that the browser has made, and end the account's other sessions.

        Return recovery codes when there was no second step before, else none; and this session's other token. Raises
        `Wrong`, `Refused` and `Superseded`.
        """
        account = session.account
        if not name:
            raise Refused(PasskeyUnnamed())
        try:
            made = ceremonies.made(party, self._taken(session), response)
        except Unproven as error:
            raise Wrong from error
        codes, hashes = self.step.new_codes(account)
        began = self.desk.add(session, name, made, self.now(), hashes, caller.address)
        self._note(AuditAction.PASSKEY_ADDED, account, caller, name)
        return codes if began else [], end_others(self.sessions, session, caller, self.now())

    def to_use(self, half: Session, party: RelyingParty) -> dict[str, Any]:
        """Return what the browser is asked for to complete a sign-in."""
        known = [one.credential for one in self.of(half.account)]
        return ceremonies.to_use(party, self._challenge(half), known)

    def enter(self, door: Door, half: Session, party: RelyingParty, response: str, caller: Caller) -> LetIn:
        """Complete a sign-in with a passkey. Raises `Wrong` and `TooMany`.

        The tries of codes are counted elsewhere: nobody guesses a signature, and whoever guesses codes holds no passkey
        up.
        """
        account, counters = half.account, of_session(half.token_hash)
        seconds = self.tries.begin(counters, self.now())
        if seconds > 0:
            raise TooMany(seconds)
        known = {one.credential: one for one in self.of(account)}
        try:
            credential, sign_count = ceremonies.used(party, self._taken(half), list(known), response)
            if not self.desk.use(account.user_id, known[credential], sign_count, self.now()):
                raise Unproven("the passkey was removed, or used elsewhere, in the meantime")
        except Unproven as error:
            self._note(AuditAction.SIGN_IN_FAILED, account, caller, "passkey")
            raise Wrong from error
        self.tries.succeeded(counters, self.now())
        return door.start(account, caller, None)

    def remove(self, session: Session, passkey_id: int, caller: Caller) -> tuple[str, bool, LetIn]:
        """Remove a passkey and end the account's other sessions. Return its name, whether a second step is left, and
        this session's other token. Raises `NotFound`, `Superseded`, and `Refused` for the last one of who needs one."""
        account = session.account
        needed = account.role in self.step.needed_by
        name, left = self.desk.remove(session, passkey_id, self.now(), caller.address, needed=needed)
        self._note(AuditAction.PASSKEY_REMOVED, account, caller, name)
        if not left:
            self._note(AuditAction.SECOND_STEP_ENDED, account, caller)
        return name, left, end_others(self.sessions, session, caller, self.now())

    def _challenge(self, session: Session) -> str:
        challenge = secrets.token_urlsafe(32)
        self.sessions.challenge(session.token_hash, challenge, self.now())
        return challenge

    def _taken(self, session: Session) -> str:
        """Return the session's challenge, once. Raises `Unproven` when there is none that is still good."""
        challenge = self.sessions.take_challenge(session.token_hash, self.now() - GOOD_FOR)
        if challenge is None:
            raise Unproven("there is no challenge that is still good")
        return challenge

    def _note(self, action: AuditAction, account: Account, caller: Caller, detail: str | None = None) -> None:
        self.audit.write(action, actor(account, caller), account.username, detail, self.now())
