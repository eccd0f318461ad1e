"""The original system's `.env`, made from the settings, and whether the pools follow the settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_contracts.sites import SITES
from mercarich_platform.clock import Clock
from mercarich_reasons.telling import Language, tell
from mercarich_web.system_settings.sql import SqlSettings
from mercarich_web.workers.pools import POOLS, SILENT
from mercarich_web.workers.sql import SqlPools


@dataclass(frozen=True, slots=True)
class Resync:
    revision: int
    """The revision of the newest change of a setting."""
    problems: Sequence[str]
    """Stored values that cannot be used; the defaults apply."""
    behind: Sequence[str]
    """Pools that are seen to, and have not followed the newest change."""
    unseen: Sequence[str]
    """Pools to which nobody sees now: their numbers stay, whatever the settings say."""
    environment: str


SEED_KEYS = (
    "BACKGROUND_SEARCH_WORKER",
    "BACKGROUND_IMPORT_WORKER",
    *(key for site in SITES.values() for key in (site.check_setting, site.update_setting)),
)
"""The keys in the order of the original's file."""


@dataclass(frozen=True, slots=True)
class WorkerEnvironment:
    settings: SqlSettings
    pools: SqlPools
    now: Clock

    def export(self) -> str:
        """Return one `KEY=value` per line: the default when the stored value is invalid."""
        values = {setting.key: setting.value for setting in self.settings.all()}
        return "".join(f"{key}={values[key]}\n" for key in SEED_KEYS)

    def resync(self) -> Resync:
        """Read every setting again. Return those that cannot be used, and the pools that do not follow yet."""
        revision, now = self.settings.revision(), self.now()
        states = {pool.pool: pool for pool in self.pools.states()}
        seen = {name: pool for name, pool in states.items() if now - pool.seen_at <= SILENT}
        return Resync(
            revision=revision,
            problems=[tell(setting.problem, Language.EN) for setting in self.settings.all() if setting.problem],
            behind=[name for name, pool in seen.items() if pool.revision < revision],
            unseen=sorted({*POOLS.values(), *states} - seen.keys()),
            environment=self.export(),
        )
