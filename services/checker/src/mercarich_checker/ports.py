"""What the checker needs from outside, in its own words, and what each port raises."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from mercarich_checker.domain import Canary
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Item


class DatabaseAway(Exception):
    """The database does not answer for now."""


class ProxyAway(Exception):
    """The marketplace's proxy does not answer for now."""


class QueueAway(Exception):
    """The broker does not take messages for now."""


class Superseded(Exception):
    """A newer run of the same key has started; nothing was written."""


@dataclass(frozen=True, slots=True)
class Request:
    """A check command's arguments."""

    marketplace: Marketplace
    plans: tuple[int, ...]
    max_workers: int = 4
    group_lower: int | None = None
    """Source items in a batch; None: the setting CHECK_BATCH_ITEMS."""
    begin_with: int = 0
    usernames: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    without_update: bool = False
    dual_boot: bool = False


class Outcome(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    SUPERSEDED = "superseded"
    FAILED = "failed"


class HoldKind(StrEnum):
    """Why withdrawals are held. A second look confirms the first two; unreadable pages wait for another run or a
    person, since the reader that failed would look again."""

    FALLS = "falls"
    CANARIES = "canaries"
    UNREADABLE = "unreadable"


UNCONTROLLED = 0
"""The generation of a run that neither supersedes others nor is superseded (--dual-boot)."""


@dataclass(frozen=True, slots=True)
class Run:
    id: int
    marketplace: Marketplace
    generation: int
    outcome: Outcome = Outcome.RUNNING


@dataclass(frozen=True, slots=True)
class Counts:
    """A run's counters as they stand."""

    planned: int
    checked: int
    unknown: int
    unparsable: int
    fallen: int
    withdrawn: int
    held: int


@dataclass(frozen=True, slots=True)
class Sellers:
    """Who takes part in a run, and how many do not, by reason."""

    user_ids: frozenset[int]
    skipped: Mapping[str, int]


class Runs(Protocol):
    """The runs and who is the newest. Every method raises `DatabaseAway`."""

    def start(self, request: Request, request_key: str | None, now: datetime) -> Run:
        """A new generation; or, for a request key that is known, the run it started."""

    def beat(self, run: Run, now: datetime) -> Counts:
        """Say that the planner lives. Raises `Superseded`."""

    def enter(self, run: Run, phase: str, note: str | None = None) -> None:
        """Say what the run is doing, and why."""

    def add_held_seconds(self, run: Run, seconds: float) -> None: ...

    def end(self, run: Run, outcome: Outcome, now: datetime, note: str | None = None) -> None:
        """Nothing when the run has ended already."""


class Plan(Protocol):
    """The rows of a run that are still to be done. Every method raises `DatabaseAway`; those that write,
    `Superseded`."""

    def sellers(self, request: Request) -> Sellers: ...

    def mark(self, run: Run, request: Request, sellers: Sellers) -> Iterator[int]:
        """Mark what is due, page by page; answers the number marked so far after each."""

    def due(
        self, run: Run, after: tuple[int, int], limit: int, now: datetime
    ) -> Sequence[tuple[tuple[int, int], BatchItem]]:
        """The next items in the run's order, with their place; `after` is the last place taken."""

    def of_sellers(self, run: Run, seller_ids: Sequence[str], now: datetime) -> Sequence[BatchItem]:
        """All due items of these source sellers, so that one call can answer them."""

    def unfinished(self, run: Run, ids: Sequence[int], now: datetime) -> frozenset[int]:
        """Those of `ids` that still wait for a worker or are with one; not those put off until later."""

    def abandoned(self, run: Run, limit: int, now: datetime) -> Sequence[BatchItem]:
        """Items whose worker went away without an answer."""

    def set_aside(self, run: Run, attempts: int, now: datetime) -> int:
        """Let go of abandoned items with so many claims; answers how many."""

    def anything_left(self, run: Run) -> bool: ...

    def recall(self, run: Run) -> int:
        """Ask at once for what was put off while the marketplace did not answer; answers how many."""

    def want_second_look(self, run: Run, now: datetime) -> int:
        """Mark the sources of held listings again; answers how many."""

    def held_since(self, run: Run) -> datetime | None:
        """When the youngest held listing of this marketplace was first seen gone; None: none is held."""

    def known_items(self, marketplace: Marketplace) -> Sequence[Canary]:
        """Some items whose state the last runs agreed on, others at each call, to serve as canaries."""

    def open_hold(self, run: Run, kind: HoldKind, reason: str, now: datetime) -> None:
        """Hold the marketplace's withdrawals; nothing when this run did so before."""


class Batches(Protocol):
    def publish(self, batch: CheckBatch) -> None:
        """Raises `QueueAway`."""


class Sources(Protocol):
    def look(
        self, items: Sequence[BatchItem], concurrency: int, stop: threading.Event, *, fresh: bool = False
    ) -> Iterator[Sequence[Item]]:
        """Answers as they come, empty ones as a sign of life; ends early when `stop` is set. `fresh`: not from memory.

        Raises `ProxyAway`; what came before stands.
        """


@dataclass(frozen=True, slots=True)
class BrakeSettings:
    listings: int
    share: float
    marketplace_listings: int
    marketplace_share: float
    confirm_after: timedelta
    unknown_limit: int
    retry_seconds: float


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one transaction changed: listings withdrawn (or wanted a replacement for), by seller."""

    withdrawn: Mapping[int, Sequence[int]] = field(default_factory=dict)
    held: int = 0


class Observations(Protocol):
    """The rows of a batch. Every method raises `DatabaseAway`."""

    def claim(self, batch: CheckBatch, until: datetime, now: datetime) -> Sequence[BatchItem]:
        """Take those that nobody else has, counting an attempt for each. Raises `Superseded`."""

    def renew(self, batch: CheckBatch, ids: Sequence[int], until: datetime) -> None: ...

    def release(self, batch: CheckBatch, ids: Sequence[int]) -> None:
        """Give back unanswered ones, their attempt not counted."""

    def record(self, batch: CheckBatch, seen: Mapping[int, Item], now: datetime) -> Recorded:
        """One transaction: observations, evidence, withdrawals, holds, counts. Raises `Superseded`."""

    def apply_released_holds(self, marketplace: Marketplace, now: datetime) -> Mapping[int, Sequence[int]]:
        """Withdraw what holds that a person released had kept; answers listings by seller."""


class Events(Protocol):
    def withdrawn(self, marketplace: Marketplace, run_id: int | None, listings: Mapping[int, Sequence[int]]) -> None:
        """Wake feed and updater. Never raises: the rows say the same, and schedules read them."""
