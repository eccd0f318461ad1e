"""`ports.SettingsBook` and `ports.PoolBook` over the tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_db import settings_store
from mercarich_db.audit import Deed, note_down
from mercarich_db.engine import run_tx
from mercarich_db.tables import pool_status, settings, settings_history
from mercarich_db.types import AnyRow
from mercarich_web.adapters.database import reading
from mercarich_web.domain.operating import PoolState, Setting, SettingChange
from mercarich_web.ports import Refused


class SqlSettings:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> Sequence[Setting]:
        with reading(self._engine) as connection:
            stored = {row.key: row for row in connection.execute(select(settings))}
        return [_setting(definition, stored) for definition in settings_store.DEFINITIONS.values()]

    def revision(self) -> int:
        with reading(self._engine) as connection:
            return settings_store.revision(connection)

    def write(self, values: Mapping[str, str], by: Actor, at: datetime, note: str | None = None) -> None:
        def write(connection: Connection) -> None:
            before = settings_store.write_all(connection, values, by=by.name, at=at, note=note)
            for key, value in values.items():
                told = f"{before[key] or settings_store.DEFINITIONS[key].default} → {value}"
                detail = f"{told}: {note}" if note else told
                note_down(connection, Deed(AuditAction.SETTING_CHANGED, by, key, at, detail))

        try:
            run_tx(self._engine, write)
        except settings_store.BadSetting as error:
            raise Refused(error.reason) from error

    def history(self, keys: Sequence[str], limit: int) -> Sequence[SettingChange]:
        columns = [column for column in settings_history.c if column is not settings_history.c.id]
        query = select(*columns).order_by(settings_history.c.id.desc()).limit(limit)
        if keys:
            query = query.where(settings_history.c.key.in_(keys))
        with reading(self._engine) as connection:
            return [SettingChange(**row._mapping) for row in connection.execute(query)]


class SqlPools:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def states(self) -> Sequence[PoolState]:
        with reading(self._engine) as connection:
            found = connection.execute(select(pool_status).order_by(pool_status.c.pool))
            return [PoolState(**row._mapping) for row in found]


def _setting(definition: settings_store.Definition, stored: Mapping[str, AnyRow]) -> Setting:
    row = stored.get(definition.key)
    value, problem = definition.default, None
    if row is not None:
        try:
            value = definition.parse(row.value)
        except settings_store.BadSetting as error:
            problem = error.reason
    return Setting(
        key=definition.key,
        value=str(value),
        default=str(definition.default),
        meaning=definition.meaning,
        expected=definition.expected,
        stored=None if row is None else row.value,
        problem=problem,
        updated_at=None if row is None else row.updated_at,
        updated_by=None if row is None else row.updated_by,
        low=definition.low,
        high=definition.high,
        choices=definition.choices,
    )
