"""The settings that people change, and their history."""

from dataclasses import dataclass

from mercarich_contracts.audit import Actor
from mercarich_platform.clock import Clock
from mercarich_web.refusals import NotFound
from mercarich_web.system_settings.settings import Setting, SettingHistory, SettingList
from mercarich_web.system_settings.sql import SqlSettings


@dataclass(frozen=True, slots=True)
class ListSettings:
    settings: SqlSettings

    def __call__(self) -> SettingList:
        return SettingList(self.settings.all())


@dataclass(frozen=True, slots=True)
class GetSetting:
    """Raises `NotFound`."""

    settings: SqlSettings

    def __call__(self, key: str) -> Setting:
        for setting in self.settings.all():
            if setting.key == key:
                return setting
        raise NotFound(f"there is no setting {key!r}; `mercarich settings list` shows all")


@dataclass(frozen=True, slots=True)
class SetSetting:
    """Store a value with its history; answers what holds now. Raises `NotFound` and `Refused`."""

    settings: SqlSettings
    now: Clock

    def __call__(self, key: str, value: str, by: Actor, note: str | None = None) -> Setting:
        get = GetSetting(self.settings)
        get(key)
        self.settings.write({key: value}, by, self.now(), note)
        return get(key)


@dataclass(frozen=True, slots=True)
class ShowSettingHistory:
    """Of one setting, or of all. Raises `NotFound`."""

    settings: SqlSettings

    def __call__(self, key: str | None, limit: int) -> SettingHistory:
        if key is not None:
            GetSetting(self.settings)(key)
        return SettingHistory(self.settings.history([] if key is None else [key], limit))
