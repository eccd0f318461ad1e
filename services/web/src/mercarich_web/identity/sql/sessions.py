"""Queries on sessions, and on attempts to sign in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from mercarich_db.bulk import insert_missing
from mercarich_db.engine import run_tx
from mercarich_db.tables import logins, notices, sessions, sign_in_failures, users
from mercarich_db.types import AnyRow
from mercarich_reasons.browsers import BrowserShutOut, BrowserSignedOut
from mercarich_reasons.reason import Reason
from mercarich_web.database import reading
from mercarich_web.identity.links import End
from mercarich_web.identity.people import ABSOLUTE, IDLE, NAME_LENGTH, Kept, Session, Superseded
from mercarich_web.identity.sql.browsers import begin_session, end_browsers, push
from mercarich_web.identity.sql.owner_mails import tell_owner
from mercarich_web.identity.sql.people import account_of, accounts
from mercarich_web.identity.sql.trust import end_trust, move_session
from mercarich_web.identity.tries import FORGOTTEN_AFTER, Counter


class SqlSessions:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def start(
        self,
        session: Session,
        instead_of: str,
        proven: str | None,
        told: Reason | None = None,
        browser_hash: str | None = None,
    ) -> None:
        """Store a session, and delete expired ones and the one with the token hash `instead_of`.

        `proven`: the hash that the given password matched; None: the session `instead_of` stands for it. `told`: what
        the account's owner hears of it by mail. `browser_hash`: what the browser is known by, if it shows notices;
        those of other people end there. Raises `Superseded` when the account has another hash or no such session any
        more.
        """
        row = {
            "token_hash": session.token_hash,
            "user_id": session.account.user_id,
            "created_at": session.created_at,
            "seen_at": session.seen_at,
            "confirmed_at": session.confirmed_at,
            "address": session.address,
            "agent": session.agent,
            "half": session.half,
        }
        over = (sessions.c.seen_at < session.seen_at - IDLE) | (sessions.c.created_at < session.created_at - ABSOLUTE)

        def start(connection: Connection) -> None:
            user_id = session.account.user_id
            known = select(logins.c.password_hash, logins.c.codes_since).where(logins.c.user_id == user_id)
            # Whoever replaces the password or switches the second step on waits, and ends this session, too.
            login = connection.execute(known.with_for_update()).one_or_none()
            before = connection.execute(delete(sessions).where(sessions.c.token_hash == instead_of)).rowcount
            if proven is None:
                is_proven = before == 1
            elif login is None:
                is_proven = False
            else:
                is_proven = login.password_hash == proven and (session.half or login.codes_since is None)
            if not is_proven:
                raise Superseded
            connection.execute(delete(sessions).where(sessions.c.user_id == user_id, over))
            connection.execute(insert(sessions).values(row))
            begin_session(connection, session, instead_of, browser_hash)
            if told is not None:
                tell_owner(connection, user_id, told, session.created_at)

        run_tx(self._engine, start)

    def get(self, token_hash: str) -> Session | None:
        """Return the session of an active user, whatever its age."""
        with reading(self._engine) as connection:
            row = connection.execute(_by_token(), {"token": token_hash}).one_or_none()
        return None if row is None else _session(row)

    def seen(self, token_hash: str, now: datetime) -> None:
        self._change(token_hash, seen_at=now)

    def confirm(self, token_hash: str, another: str, now: datetime) -> bool:
        """Note that the password was given, and give the session another token hash. Return False when no session has
        this hash any more."""
        return run_tx(
            self._engine, lambda connection: move_session(connection, token_hash, another, now, confirmed=True)
        )

    def challenge(self, token_hash: str, challenge: str, now: datetime) -> None:
        """Note what a passkey of this session must sign, instead of what was noted before."""
        change = update(sessions).where(sessions.c.token_hash == token_hash)
        values = {"challenge": challenge, "challenge_at": now}
        run_tx(self._engine, lambda connection: connection.execute(change.values(values)))

    def take_challenge(self, token_hash: str, since: datetime) -> str | None:
        """Return the challenge, once. None: there is none, or it was noted before `since`."""
        this = sessions.c.token_hash == token_hash
        noted = select(sessions.c.challenge).where(this, sessions.c.challenge_at >= since).with_for_update()
        void = update(sessions).where(this).values(challenge=None, challenge_at=None)

        def take(connection: Connection) -> str | None:
            challenge: str | None = connection.execute(noted).scalar()
            connection.execute(void)
            return challenge

        return run_tx(self._engine, take)

    def end(self, token_hash: str | None, browser_hash: str | None, now: datetime) -> None:
        """Sign out: end the session, if there is one, and the notices that the browser shows."""
        gone = delete(sessions).where(sessions.c.token_hash == (token_hash or ""))
        here = or_(push.session_hash == (token_hash or ""), push.browser_hash == (browser_hash or ""))

        def end(connection: Connection) -> None:
            connection.execute(gone)
            end_browsers(connection, here, BrowserSignedOut(), now)

        run_tx(self._engine, end)

    def end_others(self, user_id: int, but: Kept, another: str, now: datetime) -> bool:
        """End all sessions but one, the links that decide, and the notices that other browsers show. The one goes on
        under another token hash, so that a copy of its cookie ends, too.

        Return False when no session has its hash any more: then all end, because it may be a copy that has moved it.
        """
        login = select(logins.c.user_id).where(logins.c.user_id == user_id)

        def end(connection: Connection) -> bool:
            connection.execute(login.with_for_update())  # whoever makes links waits for it, and makes them before
            moved = move_session(connection, but.token_hash, another, now, confirmed=False)
            end_trust(connection, user_id, End.SESSIONS, now, replace(but, token_hash=another))
            return moved

        return run_tx(self._engine, end)

    def end_one(self, user_id: int, name: str, now: datetime) -> bool:
        """End a session by `Session.name`, and the notices that its browser shows. Return False when the account has
        none with that name."""
        this = sessions.c.token_hash.startswith(name, autoescape=True)
        gone = delete(sessions).where(sessions.c.user_id == user_id, this)
        there = and_(push.user_id == user_id, push.session_hash.startswith(name, autoescape=True))

        def end(connection: Connection) -> bool:
            ended = connection.execute(gone).rowcount == 1
            if ended:
                end_browsers(connection, there, BrowserShutOut(), now)
            return ended

        return len(name) == NAME_LENGTH and run_tx(self._engine, end)

    def of(self, user_id: int) -> Sequence[Session]:
        """Return the account's full sessions, most recently used first."""
        query = (
            _sessions()
            .where(sessions.c.user_id == user_id, sessions.c.half.is_(false()))
            .order_by(sessions.c.seen_at.desc())
        )
        with reading(self._engine) as connection:
            return [_session(row) for row in connection.execute(query)]

    def _change(self, token_hash: str, **values: datetime) -> None:
        change = update(sessions).where(sessions.c.token_hash == token_hash).values(**values)
        run_tx(self._engine, lambda connection: connection.execute(change))


KEPT = timedelta(days=1)
"""Retention of failed tries after the last one."""


class SqlTries:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, counters: Sequence[Counter], now: datetime) -> float:
        """Count a try in each counter, as failed until `succeeded`, and return 0; or count nothing and return the
        seconds to wait."""

        def begin(connection: Connection) -> float:
            counted: dict[str, tuple[int, datetime]] = {}
            crowd = False
            for counter in counters:
                row = _locked(connection, counter.name, now)
                failures = 0 if now - row.last_at > FORGOTTEN_AFTER else row.failures
                wait = counter.wait(failures, crowd=crowd)
                if wait and row.last_at + wait > now:
                    seconds: float = (row.last_at + wait - now).total_seconds()
                    return seconds
                crowd = crowd or counter.is_crowd(failures)
                # A try that began later may have been counted before this one.
                counted[counter.name] = failures + 1, max(row.last_at, now)
            for name, (failures, last_at) in counted.items():
                change = update(sign_in_failures).where(sign_in_failures.c.name == name)
                connection.execute(change.values(failures=failures, last_at=last_at))
            return 0

        return run_tx(self._engine, begin)

    def wait(self, counters: Sequence[Counter], now: datetime) -> float:
        """Return the seconds until the next try, and count nothing."""
        names = {counter.name: counter for counter in counters}
        known = select(sign_in_failures).where(sign_in_failures.c.name.in_(names))
        with reading(self._engine) as connection:
            rows = [row for row in connection.execute(known) if now - row.last_at <= FORGOTTEN_AFTER]
        until = [row.last_at + names[row.name].wait(row.failures, crowd=False) for row in rows]
        return max(0.0, *((one - now).total_seconds() for one in until)) if until else 0.0

    def succeeded(self, counters: Sequence[Counter], now: datetime) -> None:
        """Forget the failures of the last counter, which is the owner's own, and this one try of the others."""
        failures = sign_in_failures.c.failures
        *shared, own = (sign_in_failures.c.name == counter.name for counter in counters)
        old = delete(sign_in_failures).where(sign_in_failures.c.last_at < now - KEPT)

        def forget(connection: Connection) -> None:
            for this in shared:
                fewer = update(sign_in_failures).where(this, failures > 0)
                connection.execute(fewer.values(failures=failures - 1))
            connection.execute(delete(sign_in_failures).where(own))
            connection.execute(old)

        run_tx(self._engine, forget)


def hold(connection: Connection, session: Session) -> None:
    """Keep a session from being ended before this transaction is, so that what it stores is ended together with it.

    Raises `Superseded` when the session was ended already.
    """
    login = select(logins.c.user_id).where(logins.c.user_id == session.account.user_id)
    own = select(sessions.c.user_id).where(sessions.c.token_hash == session.token_hash)
    connection.execute(login.with_for_update())  # First, as whoever shuts an account locks them.
    if connection.execute(own.with_for_update()).first() is None:
        raise Superseded


def _locked(connection: Connection, name: str, now: datetime) -> AnyRow:
    insert_missing(connection, sign_in_failures, [{"name": name, "failures": 0, "last_at": now}])
    known = select(sign_in_failures).where(sign_in_failures.c.name == name)
    return connection.execute(known.with_for_update()).one()


def _sessions() -> Select[Any]:
    more = [column for column in sessions.c if column.name not in ("user_id", "challenge", "challenge_at")]
    unread = select(func.count()).where(
        notices.c.closed_at.is_(None), notices.c.user_id == users.c.id, notices.c.read_at.is_(None)
    )
    return accounts(*more, unread.scalar_subquery().label("unread")).join(sessions, sessions.c.user_id == users.c.id)


@cache
def _by_token() -> Select[Any]:
    """The query that every page runs. It is cached, because building it takes longer than running it."""
    return _sessions().where(sessions.c.token_hash == bindparam("token"), users.c.active.is_(true()))


def _session(row: AnyRow) -> Session:
    return Session(
        account_of(row),
        row.token_hash,
        row.created_at,
        row.seen_at,
        row.confirmed_at,
        row.address,
        row.agent,
        row.unread,
        row.half,
    )
