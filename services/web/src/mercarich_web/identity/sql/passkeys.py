"""Queries on passkeys."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, exists, func, insert, select, update

from mercarich_db.engine import run_tx
from mercarich_db.tables import logins, passkeys
from mercarich_db.types import AnyRow
from mercarich_reasons.account_changes import PasskeyAdded, PasskeyRemoved, SecondStepOff
from mercarich_reasons.accounts import LastSecondStep, PasskeyKnown, TooManyPasskeys
from mercarich_web.database import reading
from mercarich_web.identity.passkey import MOST, Credential, Passkey
from mercarich_web.identity.people import Session
from mercarich_web.identity.sql.owner_mails import tell_owner
from mercarich_web.identity.sql.second_steps import lock_step, switch_off, switch_on
from mercarich_web.identity.sql.sessions import hold
from mercarich_web.refusals import NotFound, Refused


class SqlPasskeys:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, user_id: int) -> Sequence[Passkey]:
        """Return the user's passkeys, oldest first."""
        is_on = exists().where(logins.c.user_id == user_id, logins.c.codes_since.is_not(None))
        query = select(passkeys).where(passkeys.c.user_id == user_id, is_on).order_by(passkeys.c.id)
        with reading(self._engine) as connection:
            return [_passkey(row) for row in connection.execute(query)]

    def add(
        self, session: Session, name: str, made: Credential, now: datetime, code_hashes: Sequence[str], address: str
    ) -> bool:
        """Store a passkey of the session's user, who hears of it by mail, as of each change below. Return whether it
        switched the second step on, with the recovery codes of these hashes.

        Raises `Superseded` when the session was ended, and `Refused`.
        """
        user_id, digest = session.account.user_id, _digest(made.id)
        row = {
            "user_id": user_id,
            "credential_hash": digest,
            "credential_id": made.id,
            "public_key": made.public_key,
            "transports": " ".join(made.transports)[:128],
            "sign_count": made.sign_count,
            "name": name,
            "created_at": now,
        }

        def add(connection: Connection) -> bool:
            hold(connection, session)
            began = switch_on(connection, user_id, now, code_hashes)
            if (
                connection.execute(select(passkeys.c.id).where(passkeys.c.credential_hash == digest)).first()
                is not None
            ):
                raise Refused(PasskeyKnown())
            if _count(connection, user_id) >= MOST:
                raise Refused(TooManyPasskeys(MOST))
            connection.execute(insert(passkeys).values(row))
            tell_owner(connection, user_id, PasskeyAdded(name, address), now)
            return began

        return run_tx(self._engine, add)

    def use(self, user_id: int, passkey: Passkey, sign_count: int, now: datetime) -> bool:
        """Note a use with the authenticator's new count. Return False when the passkey was removed, or used with
        another count, in the meantime."""
        this = (passkeys.c.id == passkey.id, passkeys.c.user_id == user_id)
        change = update(passkeys).where(*this, passkeys.c.sign_count == passkey.credential.sign_count)
        values = {"sign_count": sign_count, "used_at": now}
        return run_tx(self._engine, lambda connection: connection.execute(change.values(values)).rowcount) == 1

    def remove(
        self, session: Session, passkey_id: int, now: datetime, address: str, *, needed: bool
    ) -> tuple[str, bool]:
        """Remove a passkey, and switch the second step off when it was all of it. Return its name and whether a second
        step is left.

        `needed`: the user must have one. Raises `NotFound`, `Superseded` when the session was ended, and `Refused` for
        the last one of such a user.
        """
        user_id = session.account.user_id
        this = (passkeys.c.id == passkey_id, passkeys.c.user_id == user_id)

        def remove(connection: Connection) -> tuple[str, bool]:
            hold(connection, session)
            has_authenticator = lock_step(connection, user_id)
            name = connection.execute(select(passkeys.c.name).where(*this)).scalar()
            if name is None:
                raise NotFound("there is no such passkey")
            left = has_authenticator or _count(connection, user_id) > 1
            if needed and not left:
                raise Refused(LastSecondStep())
            connection.execute(delete(passkeys).where(*this))
            if not left:
                switch_off(connection, user_id)
            tell_owner(connection, user_id, PasskeyRemoved(name, address) if left else SecondStepOff(address), now)
            return name, left

        return run_tx(self._engine, remove)


def _count(connection: Connection, user_id: int) -> int:
    return connection.execute(select(func.count()).where(passkeys.c.user_id == user_id)).scalar_one()


def _digest(credential_id: str) -> str:
    return hashlib.sha256(credential_id.encode()).hexdigest()


def _passkey(row: AnyRow) -> Passkey:
    credential = Credential(row.credential_id, row.public_key, tuple(row.transports.split()), row.sign_count)
    return Passkey(row.id, row.name, row.created_at, row.used_at, credential)
