"""The pools of workers as the operator saw them last."""

from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_web import ports
from mercarich_web.domain.operating import PoolStates


@dataclass(frozen=True, slots=True)
class ShowPools:
    """What the operator made of the settings of each worker pool."""

    pools: ports.PoolBook
    settings: ports.SettingsBook
    now: Clock

    def __call__(self) -> PoolStates:
        return PoolStates(self.now(), self.settings.revision(), self.pools.states())
