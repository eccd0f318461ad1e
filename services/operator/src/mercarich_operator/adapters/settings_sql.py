"""`ports.SettingsSource` over the settings table."""

from collections.abc import Collection, Mapping

from sqlalchemy import Engine

from mercarich_contracts.pools import Mode, Wish
from mercarich_db import settings_store
from mercarich_db.setting_definitions import WORKERS
from mercarich_operator.adapters.database import reading
from mercarich_operator.ports import Settings


class SqlSettings:
    keys: Collection[str] = WORKERS

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self, keys: Collection[str]) -> Settings:
        with reading(self._engine) as connection:
            texts = settings_store.stored(connection)
            revision = settings_store.revision(connection)
        return Settings(revision, {key: _wish(texts, key) for key in keys})

    def revision(self) -> int:
        with reading(self._engine) as connection:
            return settings_store.revision(connection)

    def default(self, key: str) -> Wish:
        return _read({}, key)


def _wish(texts: Mapping[str, str], key: str) -> Wish | str:
    try:
        return _read(texts, key)
    except settings_store.BadSetting as error:
        return str(error)


def _read(texts: Mapping[str, str], key: str) -> Wish:
    setting = settings_store.worker_setting(texts, key)
    return Wish(Mode(setting.mode), setting.low, setting.high)
