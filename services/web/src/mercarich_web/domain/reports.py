"""The shapes of every answer; `--json` prints them as they are, times ISO 8601 in UTC, None as null.

They are stable: a field may be added, none changes its meaning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether something outside can be used; `problem` is a sentence without secrets."""

    where: str
    ok: bool
    away: bool = False
    """Cannot be reached; else what is wrong is its schema."""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One check run. The counts are source items, `fallen`, `withdrawn` and `held` are listings."""

    id: int
    operation: str
    marketplace: str
    generation: int
    outcome: str
    """running, finished, superseded, failed"""
    phase: str
    note: Reason | None
    """Why it is held or failed."""
    request_key: str | None
    arguments: Mapping[str, Any]
    started_at: datetime
    heartbeat_at: datetime
    ended_at: datetime | None
    held_seconds: float
    planned: int
    checked: int
    pending: int
    """Rows that the run still wants, whoever looked at them already without an answer."""
    available: int
    out_of_stock: int
    unknown: int
    """Unknown answers, retried ones included."""
    unparsable: int
    unfinished: int
    set_aside: int
    fallen: int
    withdrawn: int
    held: int
    skipped: Mapping[str, int]
    """Sellers left out, by reason."""
    superseded_by: int | None
    revived: int = 0
    """Listings of an update run that were put back."""


@dataclass(frozen=True, slots=True)
class SetAsideItem:
    """An item whose looks ended their workers too often; the run went on without it."""

    source_item_id: int
    item_id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class SellerCounts:
    """One seller's listings in one run."""

    username: str
    planned: int
    checked: int
    fallen: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Withdrawals that wait for a second look or a person; `username` is None for a whole marketplace."""

    id: int
    run_id: int
    marketplace: str
    username: str | None
    kind: str | None
    """falls (also null), canaries or unreadable; a second look does not confirm the last."""
    reason: Reason
    opened_at: datetime
    released_at: datetime | None
    released_by: str | None
    """Null with `released_at`: nobody did, a second look settled it."""
    applied_at: datetime | None
    listings: int
    """Listings that wait for it now."""


@dataclass(frozen=True, slots=True)
class HeldListing:
    """A listing whose withdrawal waits for a hold, and what was seen of its source."""

    id: int
    sku: str
    title: str | None
    username: str
    source_id: str
    source_state: str
    source_reason: str | None
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunDetails:
    run: Run
    set_aside_items: Sequence[SetAsideItem]
    """The first 100."""
    sellers: Sequence[SellerCounts]
    """Those with fallen listings, most first, the first 20."""
    holds: Sequence[Hold]
    """The newest 200."""


@dataclass(frozen=True, slots=True)
class RunList:
    runs: Sequence[Run]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Source items of one marketplace."""

    pending: int
    """Wanted by the newest run and not done."""
    due: int
    """Of these, may be looked at now; the others are under way or wait for their next try."""
    never_checked: int
    oldest_checked_at: datetime | None
    unknown: int
    """The last look learnt nothing."""
    set_aside: int


@dataclass(frozen=True, slots=True)
class Pushes:
    """Listings of one marketplace against what Amazon shows."""

    withdrawals: int
    """Quantity 0, not yet accepted by Amazon."""
    oldest_withdrawal_at: datetime | None
    restores: int
    oldest_restore_at: datetime | None
    exposed: int
    """Amazon still sells them while their source is out of stock or their quantity is 0."""
    orphans: int
    """Amazon does not know their SKU; counted nowhere else."""


@dataclass(frozen=True, slots=True)
class MarketplaceStatus:
    marketplace: str
    run: Run | None
    backlog: Backlog
    pushes: Pushes


@dataclass(frozen=True, slots=True)
class OpenFeed:
    submission_id: int
    username: str
    state: str
    feed_id: str | None
    created_at: datetime
    items: int
    problem: Reason | None


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """One row of the schedule; `missed` counts the starts that fell due after the last one and did not come."""

    name: str
    last_slot: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    exit_code: int | None
    next_slot: datetime
    missed: int | None
    """None when it never started, and nobody knows since when it is here."""
    overdue: bool = False
    """Its last start is older than 1.1 intervals, or there was none in as long; and it is not paused."""
    paused_by: str | None = None
    paused_at: datetime | None = None
    command: str = ""
    """The words after `mercarich`."""
    wanted_by: str | None = None
    """Somebody wants it to start now, and it has not yet."""
    wanted_at: datetime | None = None
    wanted_job: str | None = None
    """On Kubernetes: the Job that was made for it, whose pod has not begun yet."""
    wanted_problem: str | None = None
    """On Kubernetes: why none was made yet."""
    wish_expired: bool = False
    """It was not met in time: without a Job it starts nothing any more."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool's workers and what Kafka holds for them."""

    name: str
    topic: str
    lag: int
    workers: int | None
    """None: the broker does not know the group, so no worker has ever joined."""
    partitions: int
    oldest_age_seconds: float | None
    dead_letters: int
    """Records in the dead letter topic."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The rows that a running run still wants, and how many batches they make."""

    run_id: int
    marketplace: str
    rows: int
    batches: int


@dataclass(frozen=True, slots=True)
class Queues:
    broker: Reach
    pools: Sequence[Pool]
    """Empty while the broker is away."""
    unfinished: Sequence[Unfinished]


@dataclass(frozen=True, slots=True)
class Status:
    """The whole system at a glance; what needs a database or a broker that is away is empty."""

    at: datetime
    database: Reach
    broker: Reach
    marketplaces: Sequence[MarketplaceStatus]
    open_feeds: Sequence[OpenFeed]
    holds: Sequence[Hold]
    schedules: Sequence[ScheduleStatus]
    pools: Sequence[Pool]


@dataclass(frozen=True, slots=True)
class HoldList:
    holds: Sequence[Hold]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Released:
    """`changed` is False when somebody, or the second look, had released it before."""

    hold: Hold
    changed: bool


@dataclass(frozen=True, slots=True)
class ScheduleList:
    schedules: Sequence[ScheduleStatus]
