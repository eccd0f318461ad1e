"""The worker pools as the operator last saw them, and changes of one."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_contracts.audit import Actor
from mercarich_platform.clock import Clock
from mercarich_web.refusals import NotFound
from mercarich_web.system_settings.settings import SettingChange
from mercarich_web.system_settings.sql import SqlSettings
from mercarich_web.workers.pools import MIN, MODE, PoolView, views
from mercarich_web.workers.sql import SqlPools

CHANGES_SHOWN = 30


@dataclass(frozen=True, slots=True)
class PoolDesk:
    """Each pool with its settings. Methods that take a key raise `NotFound`."""

    pools: SqlPools
    settings: SqlSettings
    now: Clock

    def all(self) -> Sequence[PoolView]:
        return views(self.settings.all(), self.pools.states(), self.settings.revision())

    def one(self, key: str) -> PoolView:
        for view in self.all():
            if view.key == key:
                return view
        raise NotFound(f"there is no pool of the setting {key!r}")

    def history(self, key: str) -> Sequence[SettingChange]:
        """Return the changes of the pool's settings, newest first."""
        return self.settings.history([key, key + MIN, key + MODE], CHANGES_SHOWN)

    def change(self, key: str, wanted: tuple[str, str, str], by: Actor, note: str | None) -> bool:
        """Change the pool's settings. `wanted` are mode, least and most; unchanged values are not written. Raises
        `Refused`."""
        view = self.one(key)
        given = zip(view.settings, wanted, strict=True)
        values = {setting.key: value.strip() for setting, value in given if value.strip() != setting.value}
        if values:
            self.settings.write(values, by, self.now(), note)
        return bool(values)
