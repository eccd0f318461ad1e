"""Signing in and out, and finding the session of a request's token."""

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import timedelta

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_web.identity.codes import HALF_FOR
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.identity.people import LONGEST, Account, Login, Session, check_password
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.sql.people import SqlPeople
from mercarich_web.identity.sql.sessions import SqlSessions, SqlTries

SEEN_EVERY = timedelta(minutes=1)


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


@dataclass(frozen=True, slots=True)
class Door:
    """Sign people in and out."""

    people: SqlPeople
    sessions: SqlSessions
    tries: SqlTries
    passwords: Argon2Passwords
    audit: SqlAudit
    now: Clock

    def sign_in(self, username: str, password: str, caller: Caller) -> str:
        """Return the new session's token. The session is a half one when a code is still required. Raises `Wrong` and
        `TooMany`."""
        login = self._proven(username, password, caller)
        if self.passwords.is_outdated(login.password_hash):
            self.people.set_password(login.account.user_id, self.passwords.hash(password), self.now())
        return self.start(login.account, caller, half=login.account.asks_for_code)

    def start(self, account: Account, caller: Caller, *, half: bool = False) -> str:
        token, now = secrets.token_urlsafe(32), self.now()
        session = Session(account, hashed(token), now, now, now, caller.address[:64], caller.agent[:255], half=half)
        self.sessions.start(session)
        if not half:
            self.audit.write(AuditAction.SIGN_IN, actor(account, caller), account.username, None, now)
        return token

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

    def half(self, token: str) -> Session | None:
        """Return the session of a user whose code is still missing."""
        session = self.sessions.get(hashed(token))
        return session if session is not None and session.half and self.now() - session.created_at <= HALF_FOR else None

    def sign_out(self, session: Session) -> None:
        self.sessions.end(session.token_hash)

    def confirm(self, session: Session, password: str, caller: Caller) -> None:
        """Confirm the password of a session. Raises `Wrong` and `TooMany`."""
        self._proven(session.account.username, password, caller)
        self.sessions.confirm(session.token_hash, self.now())

    def change_password(self, session: Session, old: str, new: str, caller: Caller) -> None:
        """Change the password and end the account's other sessions. Raises `Wrong`, `TooMany` and `WeakPassword`."""
        account = session.account
        check_password(new, account.username)
        self._proven(account.username, old, caller)
        self.people.set_password(account.user_id, self.passwords.hash(new), self.now())
        self.sessions.end_others(account.user_id, session.token_hash)
        self.audit.write(AuditAction.PASSWORD_CHANGED, actor(account, caller), account.username, None, self.now())

    def _proven(self, username: str, password: str, caller: Caller) -> Login:
        account, net = hashed(username), hashed(network(caller.address))
        seconds = self.tries.begin(account, net, self.now())
        if seconds > 0:
            raise TooMany(seconds)
        login = self.people.login(username) if len(username) <= 64 else None
        # A password of a megabyte is refused without hashing, which would cost the server and not the guesser.
        too_long = len(password) > LONGEST
        known = login.password_hash if login is not None else None
        if not self.passwords.matches(known, "" if too_long else password) or login is None:
            self.audit.write(
                AuditAction.SIGN_IN_FAILED, Actor(username, address=caller.address), username, None, self.now()
            )
            raise Wrong
        self.tries.succeeded(account, net, self.now())
        return login


def hashed(token: str) -> str:
    """Return the hash under which the table stores the token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def network(address: str) -> str:
    """Return the part of an address that one guesser is likely to control: /24, or /48 of IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))


def actor(account: Account, caller: Caller) -> Actor:
    return Actor(account.username, account.user_id, caller.address)
