"""Queries on API keys."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, true, update

from mercarich_db.engine import run_tx
from mercarich_db.tables import api_keys, users
from mercarich_db.types import AnyRow
from mercarich_reasons.reason import Reason
from mercarich_web.database import reading
from mercarich_web.identity.keys import Key, unpacked
from mercarich_web.identity.people import Account, Session
from mercarich_web.identity.sql.owner_mails import tell_owner
from mercarich_web.identity.sql.people import account_of, accounts
from mercarich_web.identity.sql.sessions import hold

_KEY = (api_keys.c.id.label("key_id"), api_keys.c.name, api_keys.c.scopes, api_keys.c.created_at, api_keys.c.used_at)


class SqlKeys:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, session: Session, key_hash: str, name: str, scopes: str, now: datetime, told: Reason) -> bool:
        """Store a key of the session's user, who is `told` by mail, and return True; return False when the user has a
        key with this name. Raises `Superseded` when the session was ended."""
        user_id = session.account.user_id
        same = select(api_keys.c.id).where(api_keys.c.user_id == user_id, api_keys.c.name == name).limit(1)
        row = {"user_id": user_id, "key_hash": key_hash, "name": name, "scopes": scopes, "created_at": now}

        def add(connection: Connection) -> bool:
            hold(connection, session)  # two requests at once follow each other
            if connection.execute(same).first() is not None:
                return False
            connection.execute(insert(api_keys).values(row))
            tell_owner(connection, user_id, told, now)
            return True

        return run_tx(self._engine, add)

    def of(self, user_id: int) -> Sequence[Key]:
        """Return the seller's keys, newest first."""
        query = select(*_KEY).where(api_keys.c.user_id == user_id).order_by(api_keys.c.id.desc())
        with reading(self._engine) as connection:
            return [_key(row) for row in connection.execute(query)]

    def revoke(self, user_id: int, key_id: int) -> Key | None:
        """Revoke the key and return it, or None when this seller has no key with this id."""
        this = (api_keys.c.user_id == user_id, api_keys.c.id == key_id)

        def revoke(connection: Connection) -> Key | None:
            row = connection.execute(select(*_KEY).where(*this).with_for_update()).one_or_none()
            connection.execute(delete(api_keys).where(*this))
            return None if row is None else _key(row)

        return run_tx(self._engine, revoke)

    def owner(self, key_hash: str) -> tuple[Account, Key] | None:
        """Return the key and its owner, who must be active and allowed to sign in."""
        found = accounts(*_KEY).join(api_keys, api_keys.c.user_id == users.c.id)
        with reading(self._engine) as connection:
            query = found.where(api_keys.c.key_hash == key_hash, users.c.active.is_(true()))
            row = connection.execute(query).one_or_none()
        return None if row is None else (account_of(row), _key(row))

    def used(self, key_id: int, now: datetime) -> None:
        change = update(api_keys).where(api_keys.c.id == key_id).values(used_at=now)
        run_tx(self._engine, lambda connection: connection.execute(change))


def _key(row: AnyRow) -> Key:
    return Key(row.key_id, row.name, unpacked(row.scopes), row.created_at, row.used_at)
