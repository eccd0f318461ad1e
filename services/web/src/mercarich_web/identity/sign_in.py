"""Signing in and out, and finding the session of a request's token."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_reasons.account_changes import NewBrowser, PasswordChanged
from mercarich_web.identity.codes import HALF_FOR
from mercarich_web.identity.devices import Devices
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.identity.people import LONGEST, Account, Kept, Login, Proven, Session, Superseded, check_password
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.sql.people import SqlPeople
from mercarich_web.identity.sql.sessions import SqlSessions, SqlTries
from mercarich_web.identity.tries import Counter, of_code, of_device, of_session, of_stranger
from mercarich_web.identity.user_agents import device

SEEN_EVERY = timedelta(minutes=1)
UNKNOWN = ""
"""Stands in the audit log for a name with which nobody can sign in."""


class Wrong(Exception):
    """The name or the password is wrong; the caller does not learn which."""


class TooMany(Exception):
    """Too many failed tries; the next is allowed after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds:.0f} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Caller:
    """The origin of a request."""

    address: str
    agent: str = ""
    token: str = ""
    """Of the session that this browser has, whoever's it is."""
    devices: Mapping[int, str] = field(default_factory=dict)
    """The cookies by which this browser is known, by the ids of their users."""
    browser: str = ""
    """The cookie by which it is known when it shows notices."""

    @property
    def browser_hash(self) -> str | None:
        return hashed(self.browser) if self.browser else None

    def actor(self, name: str, user_id: int | None = None) -> Actor:
        """Return whoever does something in this request, for the audit log."""
        return Actor(name, user_id, self.address, self.agent)

    def kept(self, session: Session) -> Kept:
        """Return what goes on of this caller's session while all others end."""
        return Kept(session.token_hash, self.browser_hash)


@dataclass(frozen=True, slots=True)
class LetIn:
    """Who was let in, with the cookies of the browser."""

    account: Account
    token: str
    """Of the new session."""
    device: str | None
    """The browser is known by it from now on; None: nothing changes, or the code is missing yet."""


@dataclass(frozen=True, slots=True)
class Door:
    """Sign people in and out."""

    people: SqlPeople
    sessions: SqlSessions
    tries: SqlTries
    passwords: Argon2Passwords
    devices: Devices
    audit: SqlAudit
    now: Clock

    def sign_in(self, username: str, password: str, caller: Caller) -> LetIn:
        """Begin a session. It is a half one when a code is still required. Raises `Wrong` and `TooMany`."""
        login = self.people.login(username) if len(username) <= 64 else None
        device = self._device(login.account, caller) if login is not None else None
        counters = of_stranger(username, caller.address) if device is None else of_device(device)
        login = self._proven(username, login, password, caller, counters)
        account, proven = login.account, login.password_hash
        if self.passwords.is_outdated(proven):
            renewed = self.passwords.hash(password)
            self.people.set_password(account.user_id, renewed, self.now(), instead_of=proven)
            proven = renewed
        return self.start(account, caller, proven, half=account.asks_for_code)

    def start(self, account: Account, caller: Caller, proven: str | None, *, half: bool = False) -> LetIn:
        """Begin a session. `proven`: the hash that the password matched; None: the browser's half session stands for
        it. Raises `Wrong` when the password was replaced, or the half session was ended, in the meantime."""
        token, now = secrets.token_urlsafe(32), self.now()
        session = Session(account, hashed(token), now, now, now, caller.address[:64], caller.agent[:255], half=half)
        unknown = not half and self._device(account, caller) is None
        told = NewBrowser(caller.address, device(caller.agent) or None) if unknown else None
        try:
            self.sessions.start(session, hashed(caller.token), proven, told, caller.browser_hash)
        except Superseded as error:
            raise Wrong from error
        if not half:
            self._note(AuditAction.SIGN_IN, account, caller, now)
        return LetIn(account, token, None if half else self.devices.cookie(account, now))

    def who(self, token: str, *, by_itself: bool = False) -> Session | None:
        """Return the session, or None when it is over or never existed.

        `by_itself`: an open page made the request without its user, which does not keep the session alive.
        """
        session, now = self.sessions.get(hashed(token)), self.now()
        if session is None or session.half or session.is_over(now):
            return None
        if now - session.seen_at > SEEN_EVERY and not by_itself:
            self.sessions.seen(session.token_hash, now)
        return session

    def form_secret(self, session: Session) -> str:
        """Return what the form tokens of a session are made with. It stays when the session gets another token, so that
        the forms in other tabs stay good."""
        secret = self.devices.key.secret("form token", session.account.user_id, session.created_at.isoformat())
        return secret.hex()

    def half(self, token: str) -> Session | None:
        """Return the session of a user whose code is still missing."""
        session = self.sessions.get(hashed(token))
        return session if session is not None and session.half and self.now() - session.created_at <= HALF_FOR else None

    def sign_out(self, session: Session | None, caller: Caller) -> None:
        """End the session, and the notices that the browser shows: also when the session is over already."""
        self.sessions.end(session.token_hash if session is not None else None, caller.browser_hash, self.now())

    def confirm(self, session: Session, password: str, caller: Caller) -> LetIn | None:
        """Confirm the password of a session, which goes on under another token. Raises `Wrong` and `TooMany`.

        None: the same form was sent twice, and the token in the answer to the other request is the session's.
        """
        self._proven_again(session, password, caller)
        token = secrets.token_urlsafe(32)
        moved = self.sessions.confirm(session.token_hash, hashed(token), self.now())
        return LetIn(session.account, token, None) if moved else None

    def change_password(self, session: Session, old: str, new: str, caller: Caller, *, programs: bool) -> LetIn:
        """Change the password and end the account's other sessions; this one goes on under another token.

        `programs` ends API keys and webhook, too, and what other browsers are known by. Raises `Wrong`, `TooMany` and
        `WeakPassword`.
        """
        account, now, token = session.account, self.now(), secrets.token_urlsafe(32)
        check_password(new, account.username)
        login = self._proven_again(session, old, caller)
        made = self.passwords.hash(new)
        told, kept = PasswordChanged(caller.address), caller.kept(session)
        proven = Proven(login.password_hash, kept, hashed(token))
        try:
            ended = self.people.replace_password(account.user_id, made, now, told, proven=proven, programs=programs)
        except Superseded as error:
            raise Wrong from error
        self.audit.write(AuditAction.PASSWORD_CHANGED, actor(account, caller), account.username, ended.detail, now)
        changed = self.people.login(account.username) or login
        return LetIn(changed.account, token, self.devices.cookie(changed.account, now))

    def end_one(self, session: Session, name: str, caller: Caller) -> bool:
        """End another session of the account. Return False when the account has none with that name."""
        account, now = session.account, self.now()
        ended = self.sessions.end_one(account.user_id, name, now)
        if ended:
            self._note(AuditAction.SESSION_ENDED, account, caller, now)
        return ended

    def end_others(self, session: Session, caller: Caller) -> LetIn:
        """End the account's other sessions because its user asks for it. Raises `Superseded` as `end_others` does."""
        account, now = session.account, self.now()
        try:
            entered = end_others(self.sessions, session, caller, now)
        except Superseded:
            self._note(AuditAction.SESSIONS_ENDED, account, caller, now)
            raise
        self._note(AuditAction.SESSIONS_ENDED, account, caller, now)
        return entered

    def codes_of(self, account: Account, caller: Caller) -> Sequence[Counter]:
        """Return the counters of this browser's tries of the second step."""
        return of_code(account.user_id, self._device(account, caller), caller.address)

    def _note(self, action: AuditAction, account: Account, caller: Caller, now: datetime) -> None:
        self.audit.write(action, actor(account, caller), account.username, None, now)

    def _device(self, account: Account, caller: Caller) -> str | None:
        cookie = caller.devices.get(account.user_id, "")
        return self.devices.known(account, cookie, self.now()) if cookie else None

    def _proven_again(self, session: Session, password: str, caller: Caller) -> Login:
        username = session.account.username
        return self._proven(username, self.people.login(username), password, caller, of_session(session.token_hash))

    def _proven(
        self, username: str, login: Login | None, password: str, caller: Caller, counters: Sequence[Counter]
    ) -> Login:
        """Return the login, whose password was proven. Raises `Wrong` and `TooMany`."""
        seconds = self.tries.begin(counters, self.now())
        if seconds > 0:
            raise TooMany(seconds)
        # A password of a megabyte is refused without hashing, which would cost the server and not the guesser.
        too_long = len(password) > LONGEST
        known = login.password_hash if login is not None else None
        if not self.passwords.matches(known, "" if too_long else password) or login is None:
            # A name that nobody has may be a password, typed into the wrong field.
            known_as = login.account.username if login is not None else UNKNOWN
            self.audit.write(AuditAction.SIGN_IN_FAILED, caller.actor(known_as), known_as, None, self.now())
            raise Wrong
        self.tries.succeeded(counters, self.now())
        return login


def end_others(sessions: SqlSessions, session: Session, caller: Caller, now: datetime) -> LetIn:
    """End all other sessions of the account, and copies of this one, which goes on under another token.

    Raises `Superseded` when another request has moved or ended this session meanwhile: then all have ended.
    """
    token = secrets.token_urlsafe(32)
    if not sessions.end_others(session.account.user_id, caller.kept(session), hashed(token), now):
        raise Superseded
    return LetIn(session.account, token, None)


def hashed(token: str) -> str:
    """Return the hash under which the table stores the token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def actor(account: Account, caller: Caller) -> Actor:
    return caller.actor(account.username, account.user_id)
