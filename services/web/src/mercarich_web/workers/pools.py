"""Worker pools: what people set, what the cluster made of it, and what other numbers would lead to; `--json` prints
these shapes unchanged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.pools import Backlog, Caps, HpaPlan, Mode, Wish, plan
from mercarich_contracts.sites import SITES
from mercarich_web.system_settings.settings import Setting
from mercarich_web.troubles.troubles import OPERATOR_SILENT

SILENT = OPERATOR_SILENT
"""Time without a report after which a pool is shown as seen to by nobody."""


@dataclass(frozen=True, slots=True)
class PoolState:
    """A worker pool as the operator, or the scheduler of one machine, last saw and set it."""

    pool: str
    settings_key: str
    mode: str
    """auto, fixed, paused"""
    wanted_min: int
    """What the setting asks for; when it is invalid, the last valid one."""
    wanted_max: int
    min: int
    """What the autoscaler was given."""
    max: int
    reasons: str
    """Why the bounds are not what was asked for, joined by "; "; empty when they are."""
    current: int
    """Pods that exist."""
    desired: int
    ready: int
    backlog: int
    """Records and rows that wait."""
    lag: int
    """Of these, records in Kafka."""
    revision: int
    """The revision of the newest change that the operator had seen."""
    seen_at: datetime
    lowest: int | None = None
    highest: int | None = None
    """The bounds of the chart, or of one machine."""
    partitions: int | None = None
    """Partitions of the pool's topic: more pods than these get no work."""
    affordable: int | None = None
    """Pods that the database's connections allow; None: any number."""
    useful: int | None = None
    """Checkers that keep up with the marketplace's budget of calls; None: unknown, or no checkers."""
    per_replica: int | None = None
    """Backlog that one pod should carry."""


@dataclass(frozen=True, slots=True)
class PoolStates:
    at: datetime
    revision: int
    """The revision of the newest change; a pool with a lower one has not followed yet."""
    pools: Sequence[PoolState]
    """Empty when no operator has run."""


POOLS: Mapping[str, str] = {
    **{site.check_setting: f"checker-{site}" for site in SITES.values()},
    **{site.update_setting: f"updater-{site}" for site in SITES.values()},
    "FEED_WORKER": "feed",
    "BACKGROUND_SEARCH_WORKER": "jobs-search",
    "BACKGROUND_IMPORT_WORKER": "jobs-import",
}
"""The pool of each setting; its name is also its consumer group."""
MIN, MODE = "_MIN", "_MODE"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds as in `contracts.pools.Limits`."""

    low: int
    high: int
    per_replica_target: int


@dataclass(frozen=True, slots=True)
class PoolView:
    """One pool's settings, beside what the cluster's operator last made of them."""

    key: str
    high: Setting
    low: Setting
    mode: Setting
    state: PoolState | None
    """None when no operator has run."""
    revision: int
    """The revision of the newest change."""

    @property
    def name(self) -> str:
        return POOLS[self.key]

    @property
    def settings(self) -> Sequence[Setting]:
        return self.mode, self.low, self.high

    @property
    def wish(self) -> Wish:
        return wish(self.mode.value, int(self.low.value), int(self.high.value))

    @property
    def is_behind(self) -> bool:
        """The cluster has not seen the newest change."""
        return self.state is not None and self.state.revision < self.revision

    @property
    def is_clamped(self) -> bool:
        return self.state is not None and bool(self.state.reasons)

    @property
    def changed(self) -> Setting | None:
        """Return the setting of the pool that was changed last."""
        known = [each for each in self.settings if each.updated_at is not None]
        return max(known, key=lambda each: (each.updated_at is not None, each.updated_at), default=None)

    @property
    def planned(self) -> HpaPlan | None:
        return self.preview(self.wish)

    def preview(self, wish: Wish) -> HpaPlan | None:
        """Return the plan that the cluster would make of this wish now; None when no operator has reported its
        limits."""
        return self._plan(wish, self._load_known)

    @property
    def _load_known(self) -> bool:
        """Whether the autoscaler has its load metric: not where the bounds that it has follow without it alone."""
        measured, blind = (self._plan(self.wish, load_known) for load_known in (True, False))
        if self.state is None or measured is None or blind is None:
            return True
        made = (self.state.min, self.state.max)
        return made != (blind.min, blind.max) or made == (measured.min, measured.max)

    def _plan(self, wish: Wish, load_known: bool) -> HpaPlan | None:
        known = self.state
        if known is None or known.lowest is None or known.highest is None or known.per_replica is None:
            return None
        limits = Limits(known.lowest, known.highest, known.per_replica)
        backlog = Backlog(known.lag, known.backlog - known.lag)
        return plan(limits, wish, backlog, Caps(known.partitions, known.affordable, known.useful, load_known))


def wish(mode: str, low: int, high: int) -> Wish:
    """Return a wish. Raises `ValueError` for an unknown mode."""
    given = Mode(mode)
    return Wish(given, high if given is Mode.FIXED else low, high)


def views(settings: Sequence[Setting], states: Sequence[PoolState], revision: int) -> Sequence[PoolView]:
    by_key = {setting.key: setting for setting in settings}
    state_of = {state.settings_key: state for state in states}
    return [
        PoolView(key, by_key[key], by_key[key + MIN], by_key[key + MODE], state_of.get(key), revision) for key in POOLS
    ]
