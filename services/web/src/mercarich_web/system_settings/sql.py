"""Queries on the settings, and changes of them with their history."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_db import settings_store
from mercarich_db.audit import Deed, note_down
from mercarich_db.engine import run_tx
from mercarich_db.tables import settings, settings_history
from mercarich_db.types import AnyRow
from mercarich_web.database import reading
from mercarich_web.refusals import NotFound, Refused
from mercarich_web.system_settings.settings import Setting, SettingChange


class SqlSettings:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> Sequence[Setting]:
        """Return every setting, in the order of their definition."""
        with reading(self._engine) as connection:
            stored = {row.key: row for row in connection.execute(select(settings))}
        return [_setting(definition, stored) for definition in settings_store.DEFINITIONS.values()]

    def one(self, key: str) -> Setting:
        """Return a setting. Raises `NotFound`."""
        for setting in self.all():
            if setting.key == key:
                return setting
        raise NotFound(f"there is no setting {key!r}; `mercarich settings list` shows all")

    def change(self, key: str, value: str, by: Actor, at: datetime, note: str | None = None) -> Setting:
        """Store one value and its history; return the effective setting. Raises `NotFound` and `Refused`."""
        self.one(key)
        self.write({key: value}, by, at, note)
        return self.one(key)

    def revision(self) -> int:
        """Return the settings' revision, which grows with every change."""
        with reading(self._engine) as connection:
            return settings_store.revision(connection)

    def write(self, values: Mapping[str, str], by: Actor, at: datetime, note: str | None = None) -> None:
        """Store all values or, when it raises `Refused`, none. Each change is in its history and in the audit log."""

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
        """Return changes of these settings, or of all when none is named; newest first."""
        columns = [column for column in settings_history.c if column is not settings_history.c.id]
        query = select(*columns).order_by(settings_history.c.id.desc()).limit(limit)
        if keys:
            query = query.where(settings_history.c.key.in_(keys))
        with reading(self._engine) as connection:
            return [SettingChange(**row._mapping) for row in connection.execute(query)]


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
