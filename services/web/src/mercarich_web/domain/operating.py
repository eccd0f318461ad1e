"""The shapes of the answers about settings and worker pools; stable as those of `reports`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class PoolState:
    """One worker pool as the operator last saw and set it."""

    pool: str
    settings_key: str
    mode: str
    """auto, fixed, paused"""
    wanted_min: int
    """What the setting asks for; the last one that could be used."""
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
    """The newest change of a setting that the operator had seen."""
    seen_at: datetime
    lowest: int | None = None
    highest: int | None = None
    """The chart's bounds."""
    partitions: int | None = None
    """Of its topic: more pods than these get no work."""
    affordable: int | None = None
    """Pods that the connections to the database allow; None: any number."""
    per_replica: int | None = None
    """Backlog that one pod is to carry."""


@dataclass(frozen=True, slots=True)
class PoolStates:
    at: datetime
    revision: int
    """The newest change of a setting; a pool with a lower one has not followed yet."""
    pools: Sequence[PoolState]
    """Empty where no operator has run."""


@dataclass(frozen=True, slots=True)
class Setting:
    key: str
    value: str
    """What holds: the stored value, or the default where none or a bad one is stored."""
    default: str
    meaning: str
    expected: str
    stored: str | None
    problem: Reason | None
    """Why the stored value does not count."""
    updated_at: datetime | None
    updated_by: str | None
    low: float | None = None
    high: float | None = None
    """Of a number."""
    choices: Sequence[str] = ()
    """The only texts that are allowed; empty: a number or any text."""


@dataclass(frozen=True, slots=True)
class SettingList:
    settings: Sequence[Setting]


@dataclass(frozen=True, slots=True)
class SettingChange:
    key: str
    value_before: str | None
    value_after: str
    at: datetime
    by: str
    note: str | None = None
    """Why."""


@dataclass(frozen=True, slots=True)
class SettingHistory:
    changes: Sequence[SettingChange]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Resync:
    revision: int
    """The newest change of a setting."""
    problems: Sequence[str]
    """Stored values that cannot be used; the defaults hold."""
    behind: Sequence[str]
    """Pools whose operator has not seen the newest change."""
    environment: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that no worker could handle."""

    id: str
    """topic/partition/offset of the dead letter; what `show` and `replay` take."""
    source_topic: str
    group: str
    error: str
    first_seen: str
    size: int
    value: bytes
    key: bytes | None


@dataclass(frozen=True, slots=True)
class DeadLetterList:
    letters: Sequence[DeadLetter]


@dataclass(frozen=True, slots=True)
class Replayed:
    count: int
    topics: Sequence[str]
