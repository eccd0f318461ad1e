"""Queries on the second step of signing in and its recovery codes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update

from mercarich_db.engine import run_tx
from mercarich_db.tables import logins, recovery_codes
from mercarich_reasons.reason import Reason
from mercarich_web.database import reading
from mercarich_web.identity.people import KnownStep, Session
from mercarich_web.identity.sql.owner_mails import tell_owner
from mercarich_web.identity.sql.sessions import hold


class SqlSecondSteps:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def second_step(self, user_id: int) -> KnownStep:
        query = select(logins.c.codes_salt, logins.c.codes_since).where(logins.c.user_id == user_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return KnownStep(None, None) if row is None else KnownStep(row.codes_salt, row.codes_since)

    def begin(self, session: Session, salt: str) -> None:
        """Store a salt; nothing changes when the second step is on already. Raises `Superseded` when the session was
        ended, as each change below that a session makes."""
        user_id = session.account.user_id
        change = update(logins).where(logins.c.user_id == user_id, logins.c.codes_since.is_(None))

        def begin(connection: Connection) -> None:
            hold(connection, session)
            connection.execute(change.values(codes_salt=salt, codes_used=None))

        run_tx(self._engine, begin)

    def prove(self, session: Session, since: datetime, step: int, code_hashes: Sequence[str], told: Reason) -> None:
        """Switch the second step on, with the time step whose code proved it and the hashes of the recovery codes. Its
        owner is `told` by mail, as of each change below."""
        user_id = session.account.user_id
        change = update(logins).where(logins.c.user_id == user_id).values(codes_since=since, codes_used=step)

        def prove(connection: Connection) -> None:
            hold(connection, session)
            connection.execute(change)
            _renew(connection, user_id, code_hashes)
            tell_owner(connection, user_id, told, since)

        run_tx(self._engine, prove)

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
        """Switch the second step off. `by`: the session that does it; None: an operator does."""
        change = update(logins).where(logins.c.user_id == user_id)

        def end(connection: Connection) -> None:
            if by is not None:
                hold(connection, by)
            connection.execute(change.values(codes_salt=None, codes_since=None, codes_used=None))
            _renew(connection, user_id, [])
            tell_owner(connection, user_id, told, now)

        run_tx(self._engine, end)


def _renew(connection: Connection, user_id: int, code_hashes: Sequence[str]) -> None:
    connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    if code_hashes:
        rows = [{"user_id": user_id, "code_hash": code_hash} for code_hash in code_hashes]
        connection.execute(insert(recovery_codes), rows)
