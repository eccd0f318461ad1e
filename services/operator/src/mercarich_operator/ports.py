"""What a round needs from outside. Whatever is away is an exception, never an empty answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from mercarich_contracts.pools import Backlog, Caps, HpaPlan, Reason, Wish
from mercarich_contracts.schedule import RowStarts
from mercarich_operator.domain.pools import Deployment, Pool
from mercarich_platform.outages import Away


class ClusterAway(Away):
    """The API server does not answer, or refuses."""


class Cluster(Protocol):
    """Every method raises `ClusterAway`."""

    def deployments(self) -> Sequence[Deployment]: ...

    def set_bounds(self, pool: Pool, plan: HpaPlan, why: str) -> bool:
        """Apply the autoscaler if it differs; answers whether it was written."""

    def scale(self, pool: Pool, replicas: int) -> None: ...

    def tell(self, deployment: Deployment, kind: Literal["Normal", "Warning"], reason: str, text: str) -> None:
        """An Event on the Deployment."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`wishes`: by settings key; a text is the sentence why the stored values cannot be used."""

    revision: int
    wishes: Mapping[str, Wish | str]


class SettingsSource(Protocol):
    """`read` and `revision` raise `DatabaseAway`."""

    keys: Collection[str]
    """The settings that a pool can have."""

    def read(self, keys: Collection[str]) -> Settings: ...

    def revision(self) -> int: ...

    def default(self, key: str) -> Wish:
        """What holds where nothing is set."""


@dataclass(frozen=True, slots=True)
class Signal:
    backlog: Backlog
    partitions: int | None
    """None: the topic does not exist yet."""
    members: int = 0
    """Workers in the group."""
    oldest_age_seconds: float = 0.0
    """Of the first record that waits."""


class Signals(Protocol):
    def read(self, pools: Sequence[Pool]) -> Mapping[str, Signal]:
        """By pool. Raises `DatabaseAway` and `BrokerAway`: an unknown backlog is not an empty one."""


@dataclass(frozen=True, slots=True)
class Status:
    """One pool after a round."""

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
        """The last usable setting of each pool, kept over restarts."""

    def save(self, statuses: Sequence[Status]) -> None:
        """Replaces what is there; pools that are gone go."""


class Meter(Protocol):
    def up(self, source: Literal["database", "kafka", "cluster"], *, up: bool) -> None: ...

    def settings_read(self, revision: int) -> None: ...

    def pools(self, statuses: Sequence[Status], signals: Mapping[str, Signal]) -> None: ...

    def written(self, pool: str, what: Literal["hpa", "scale"]) -> None: ...

    def round(self, result: str, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class RunBook:
    """The runs of one operation on one marketplace. Ages are as of the reading, in seconds."""

    operation: str
    marketplace: str
    ended: Mapping[str, int]
    """How many, by outcome, since the first."""
    last_success: datetime | None
    last_success_seconds: float | None
    """How long it took."""
    held: bool
    """The newest one waits until its canaries answer."""
    silent_seconds: float
    """Since the planner of the newest one was last heard of; 0 when it has ended."""
    items: Mapping[str, int]
    """Of the newest one, by what became of them."""


@dataclass(frozen=True, slots=True)
class JobBook:
    """Sellers' bulk searches or imports that have not ended, and how many failed lately."""

    kind: str
    waiting: int
    """For a worker; not those that were put off, as by a pause."""
    running: int
    frozen: int
    """A worker owes them progress for too long."""
    oldest_waiting_seconds: float
    failed_last_hour: int


@dataclass(frozen=True, slots=True)
class Books:
    """What the tables say of the work, whoever does it."""

    runs: Sequence[RunBook]
    open_holds: Mapping[str, int]
    """By marketplace."""
    unpushed_age: Mapping[str, float]
    """withdrawal, restore: seconds since the oldest change that Amazon does not have; 0: it has all.
    Sellers without a usable account are left out, they count as exposed."""
    accounts: Mapping[str, int]
    """Sellers' Amazon accounts by the token's verdict."""
    schedules: Sequence[RowStarts] = ()
    jobs: Sequence[JobBook] = ()
    deleted: Mapping[str, int] = field(default_factory=dict)
    """Old rows that went since ever, by the record they were of."""


class BookStore(Protocol):
    def read(self) -> Books:
        """Raises `DatabaseAway`."""


class BookMeter(Protocol):
    def books(self, books: Books) -> None: ...
