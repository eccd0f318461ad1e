"""The interfaces that a round needs from outside. What cannot be read raises an exception, never returns nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from mercarich_contracts.capacity import Capacity
from mercarich_contracts.pools import Backlog, Caps, HpaPlan, Reason, Wish
from mercarich_contracts.schedule import RowStarts
from mercarich_operator.domain.pools import Deployment, Pool
from mercarich_platform.outages import Away


class ClusterAway(Away):
    """The API server does not answer, or refuses the call."""


class Cluster(Protocol):
    """Every method raises `ClusterAway`."""

    def deployments(self) -> Sequence[Deployment]: ...

    def set_bounds(self, pool: Pool, plan: HpaPlan, why: str) -> bool:
        """Apply the autoscaler if it differs; return whether it was written."""

    def scale(self, pool: Pool, replicas: int) -> None: ...

    def tell(self, deployment: Deployment, kind: Literal["Normal", "Warning"], reason: str, text: str) -> None:
        """Post an Event on the Deployment."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`wishes`: the setting of each key, or a sentence why its stored values cannot be used."""

    revision: int
    wishes: Mapping[str, Wish | str]


class SettingsSource(Protocol):
    """Source of the pools' settings. `read` and `revision` raise `DatabaseAway`."""

    keys: Collection[str]
    """Settings keys that a pool can have."""

    def read(self, keys: Collection[str]) -> Settings: ...

    def revision(self) -> int: ...

    def default(self, key: str) -> Wish:
        """Return the value that applies if nothing is set."""


@dataclass(frozen=True, slots=True)
class Signal:
    backlog: Backlog
    partitions: int | None
    """Partitions of the topic; None: it does not exist yet."""
    useful: int | None = None
    """Checkers that keep up with the marketplace's budget of calls; None: unknown, or no checkers."""
    members: int = 0
    """Workers in the group."""
    oldest_age_seconds: float = 0.0
    """Age of the oldest waiting record."""


class Signals(Protocol):
    def read(self, pools: Sequence[Pool]) -> Mapping[str, Signal]:
        """Return signals by pool. Raises `DatabaseAway` and `BrokerAway`: an unknown backlog is not an empty one."""


@dataclass(frozen=True, slots=True)
class Status:
    """The state of one pool after a round."""

    pool: Pool
    wish: Wish
    plan: HpaPlan
    reasons: tuple[Reason, ...]
    backlog: Backlog
    revision: int
    seen_at: datetime
    caps: Caps


class StatusStore(Protocol):
    """Every method raises `DatabaseAway`."""

    def wishes(self) -> Mapping[str, Wish]:
        """Return the last valid setting of each pool; it outlives restarts."""

    def save(self, statuses: Sequence[Status]) -> None:
        """Replace all stored statuses; those of removed pools are deleted."""


class Meter(Protocol):
    def up(self, source: Literal["database", "kafka", "cluster"], *, up: bool) -> None: ...

    def settings_read(self, revision: int) -> None: ...

    def pools(self, statuses: Sequence[Status], signals: Mapping[str, Signal]) -> None: ...

    def written(self, pool: str, what: Literal["hpa", "scale"]) -> None: ...

    def round(self, result: str, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class RunBook:
    """Runs of one operation on one marketplace. Ages are in seconds, at the time of reading."""

    operation: str
    marketplace: str
    ended: Mapping[str, int]
    """Total number of ended runs, by outcome."""
    schedule: str
    """The row of the schedule that starts them for all plans."""
    last_success: datetime | None
    last_success_seconds: float | None
    """Duration of the last finished run."""
    held: bool
    """Whether an open run waits for its canaries."""
    silent_seconds: float
    """Longest time since the last sign of life of an open run's planner; 0 without one."""
    items: Mapping[str, int]
    """Items of the newest run, by result."""
    waiting_since: datetime | None
    """As `last_success`, before the first when `schedule` was added, and not before its CronJob was made; None:
    unknown."""
    interval: timedelta | None = None
    """The longest time between two starts by the row's CronJob; None: it is suspended, or not known."""


QUANTILES = ("0.5", "0.95", "1")
"""Of the ages of looks: half, nearly all, and the oldest."""


@dataclass(frozen=True, slots=True)
class CoverageBook:
    """How fresh the looks at a marketplace's sources on sale are. Ages are in seconds, at the time of reading."""

    marketplace: str
    counted_at: datetime | None
    """None: never, although there are sources. While there is none, the time of reading."""
    share: float | None
    """Of all sellers' sources together, 0 to 1; None, as the next: not counted."""
    worst_share: float | None
    """Of the seller with the lowest; None also: nobody offers anything."""
    ages: Mapping[tuple[str, str], float]
    """By `all` or `worst_seller`, and one of `QUANTILES`, without what is not known."""


@dataclass(frozen=True, slots=True)
class JobBook:
    """Numbers of sellers' bulk searches or imports that have not ended, and of those that failed lately."""

    kind: str
    waiting: int
    """Waiting for a worker; without those put off, for instance by a pause."""
    running: int
    frozen: int
    """Held by a worker, but without progress for too long."""
    oldest_waiting_seconds: float
    failed_last_hour: int


@dataclass(frozen=True, slots=True)
class Books:
    """The work of all services, as counted in the tables."""

    runs: Sequence[RunBook]
    open_holds: Mapping[tuple[str, str], int]
    """By marketplace and route; `all`: holds of no route."""
    unpushed_age: Mapping[str, float]
    """By `withdrawal` and `restore`: seconds since the oldest change that Amazon does not have; 0: none.
    Sellers without a usable account are left out; they count as exposed."""
    accounts: Mapping[str, int]
    """Sellers' Amazon accounts by the token's verdict."""
    capacities: Sequence[Capacity] = ()
    """Of the marketplaces whose sources were counted."""
    coverages: Sequence[CoverageBook] = ()
    schedules: Sequence[RowStarts] = ()
    jobs: Sequence[JobBook] = ()
    paused: Mapping[str, int] = field(default_factory=dict)
    """Listings that the loss rule keeps down, by marketplace."""
    deleted: Mapping[str, int] = field(default_factory=dict)
    """Total number of old rows deleted, by kind of record."""


class BookStore(Protocol):
    def read(self) -> Books:
        """Count the work in the tables. Raises `DatabaseAway`."""


class BookMeter(Protocol):
    def books(self, books: Books) -> None: ...
