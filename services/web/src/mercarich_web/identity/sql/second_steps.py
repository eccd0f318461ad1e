"""Queries on the second step of signing in and its recovery codes."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update

from mercarich_db.engine import run_tx
from mercarich_db.tables import logins, passkeys, recovery_codes
from mercarich_reasons.reason import Reason
from mercarich_web.database import reading
from mercarich_web.identity.links import End
from mercarich_web.identity.people import KnownStep, Session
from mercarich_web.identity.sql.owner_mails import tell_owner
from mercarich_web.identity.sql.sessions import hold
from mercarich_web.identity.sql.trust import end_trust
from mercarich_web.refusals import NotFound


class ProvenApp(NamedTuple):
    """An authenticator app that has given a right code."""

    instead_of: str | None
    """The salt of the app that gave the codes until now; None: there was none."""
    salt: str
    step: int
    """The time step of its code."""


class SqlSecondSteps:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def second_step(self, user_id: int) -> KnownStep:
        with reading(self._engine) as connection:
            return _known(connection, user_id)

    def prove(
        self, session: Session, app: ProvenApp, now: datetime, code_hashes: Sequence[str], told: Reason
    ) -> bool | None:
        """Let an authenticator app give the codes from now on. Its owner is `told` by mail, as of each change below.
        Raises `Superseded` when the session was ended, as each change below that a session makes.

        Return whether this switched the second step on, with the recovery codes of these hashes, or None, and change
        nothing, when another authenticator was proven in the meantime.
        """
        user_id = session.account.user_id
        change = update(logins).where(logins.c.user_id == user_id).values(codes_salt=app.salt, codes_used=app.step)

        def prove(connection: Connection) -> bool | None:
            hold(connection, session)
            if _known(connection, user_id).salt != app.instead_of:
                return None
            began = switch_on(connection, user_id, now, code_hashes)
            connection.execute(change)
            tell_owner(connection, user_id, told, now)
            return began

        return run_tx(self._engine, prove)

    def use_step(self, user_id: int, step: int) -> bool:
        """Mark a time step as used. Return False when it, or a later one, was used before."""
        newer = or_(logins.c.codes_used.is_(None), logins.c.codes_used < step)
        change = update(logins).where(logins.c.user_id == user_id, newer).values(codes_used=step)
        return run_tx(self._engine, lambda connection: connection.execute(change).rowcount) == 1

    def use_recovery(self, user_id: int, code_hash: str) -> bool:
        """Use up a recovery code. Return False when there is none with this hash."""
        this = (recovery_codes.c.user_id == user_id, recovery_codes.c.code_hash == code_hash)
        return (
            run_tx(self._engine, lambda connection: connection.execute(delete(recovery_codes).where(*this)).rowcount)
            == 1
        )

    def recovery_codes(self, user_id: int) -> int:
        """Return the number of unused recovery codes."""
        query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.user_id == user_id)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def renew(self, session: Session, code_hashes: Sequence[str], now: datetime, told: Reason) -> None:
        user_id = session.account.user_id

        def renew(connection: Connection) -> None:
            hold(connection, session)
            _renew(connection, user_id, code_hashes)
            tell_owner(connection, user_id, told, now)

        run_tx(self._engine, renew)

    def end(self, user_id: int, now: datetime, told: Reason, by: Session | None) -> None:
        """End the authenticator, all passkeys and the recovery codes: the password is enough. `by`: the session that
        does it; None: an operator does, and all sessions end, also those that wait for the second step, links that
        decide, and the notices that browsers show."""

        def end(connection: Connection) -> None:
            if by is not None:
                hold(connection, by)
            switch_off(connection, user_id)
            if by is None:
                end_trust(connection, user_id, End.SESSIONS, now)
            tell_owner(connection, user_id, told, now)

        run_tx(self._engine, end)

    def end_authenticator(self, session: Session, now: datetime, told: Reason) -> bool:
        """End the authenticator. Return False, and change nothing, when no passkey is left beside it. Raises `NotFound`
        when there is no authenticator."""
        user_id = session.account.user_id
        change = update(logins).where(logins.c.user_id == user_id).values(codes_salt=None, codes_used=None)

        def end(connection: Connection) -> bool:
            hold(connection, session)
            if not lock_step(connection, user_id):
                raise NotFound("there is no authenticator app")
            if connection.execute(select(passkeys.c.id).where(passkeys.c.user_id == user_id)).first() is None:
                return False
            connection.execute(change)
            tell_owner(connection, user_id, told, now)
            return True

        return run_tx(self._engine, end)


def lock_step(connection: Connection, user_id: int) -> bool:
    """Let whoever else changes the user's second step wait. Return whether an authenticator is part of it."""
    step = select(logins.c.codes_since, logins.c.codes_used).where(logins.c.user_id == user_id).with_for_update()
    row = connection.execute(step).one_or_none()
    return row is not None and row.codes_since is not None and row.codes_used is not None


def switch_on(connection: Connection, user_id: int, now: datetime, code_hashes: Sequence[str]) -> bool:
    """Let signing in ask for a second step. Call it before what proves the step is stored.

    Return whether signing in did not ask before: only then the recovery codes are stored, and what a release without
    passkeys has left when it switched a step off, or has begun to set up, is removed.
    """
    change = update(logins).where(logins.c.user_id == user_id, logins.c.codes_since.is_(None))
    if connection.execute(change.values(codes_since=now, codes_salt=None, codes_used=None)).rowcount != 1:
        return False
    connection.execute(delete(passkeys).where(passkeys.c.user_id == user_id))
    _renew(connection, user_id, code_hashes)
    return True


def switch_off(connection: Connection, user_id: int) -> None:
    change = update(logins).where(logins.c.user_id == user_id)
    connection.execute(change.values(codes_salt=None, codes_since=None, codes_used=None))
    connection.execute(delete(passkeys).where(passkeys.c.user_id == user_id))
    _renew(connection, user_id, [])


def _known(connection: Connection, user_id: int) -> KnownStep:
    step = select(logins.c.codes_since, logins.c.codes_salt, logins.c.codes_used).where(logins.c.user_id == user_id)
    row = connection.execute(step).one_or_none()
    if row is None:
        return KnownStep(None, None)
    # An earlier release kept the salt here, too, until a code had proven it.
    is_proven = row.codes_since is not None and row.codes_used is not None
    return KnownStep(row.codes_since, row.codes_salt if is_proven else None)


def _renew(connection: Connection, user_id: int, code_hashes: Sequence[str]) -> None:
    connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    if code_hashes:
        rows = [{"user_id": user_id, "code_hash": code_hash} for code_hash in code_hashes]
        connection.execute(insert(recovery_codes), rows)
