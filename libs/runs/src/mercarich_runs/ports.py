"""What a run is, what it needs from outside, and what each port raises."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import BatchItem
from mercarich_contracts.proxy_api import Item
from mercarich_reasons.reason import Reason


class ProxyAway(Exception):
    """The marketplace's proxy does not answer for now."""


class Superseded(Exception):
    """A newer run of the same key has started; nothing was written."""


class Operation(StrEnum):
    """With the marketplace, a run's key: runs of different keys never disturb each other."""

    CHECK = "check"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Request:
    """A run's arguments, as its command gives them."""

    marketplace: Marketplace
    plans: tuple[int, ...]
    max_workers: int = 4
    group_lower: int | None = None
    """Rows in a batch; None: the operation's setting."""
    begin_with: int = 0
    usernames: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    without_update: bool = False
    """Of a check: only mark what is gone."""
    dual_boot: bool = False


class Outcome(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    SUPERSEDED = "superseded"
    FAILED = "failed"


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
    """A run's counters as they stand. `checked` are rows done: sources looked at, or listings searched for."""

    planned: int
    checked: int
    unknown: int
    unparsable: int
    fallen: int
    withdrawn: int
    held: int
    revived: int


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

    def enter(self, run: Run, phase: str, note: Reason | None = None) -> None:
        """Say what the run is doing, and why."""

    def note(self, run: Run, note: Reason | None) -> None:
        """Say why it rests; its phase stays."""

    def is_paused(self, marketplace: Marketplace) -> bool:
        """People let the marketplace rest."""

    def add_held_seconds(self, run: Run, seconds: float) -> None: ...

    def end(self, run: Run, outcome: Outcome, now: datetime, note: Reason | None = None) -> None:
        """Nothing when the run has ended already."""


class Marking(Protocol):
    """What a run takes in. Both methods raise `DatabaseAway`; marking, `Superseded`."""

    def sellers(self, request: Request) -> Sellers: ...

    def mark(self, run: Run, request: Request, sellers: Sellers) -> Iterator[int]:
        """Mark what is due, page by page; answers the number marked so far after each."""


class Row(Protocol):
    @property
    def id(self) -> int: ...


AnyRow = TypeVar("AnyRow", bound=Row)

Place = tuple[int, int]
"""(rank, id): where a row stands in its run's order."""


class Pending(Protocol[AnyRow]):
    """The rows of a run that are still to be done. Every method raises `DatabaseAway`; those that write,
    `Superseded`."""

    def due(self, run: Run, after: Place, limit: int, now: datetime) -> Sequence[tuple[Place, AnyRow]]:
        """The next rows in the run's order, with their place; `after` is the last place taken."""

    def together(self, run: Run, rows: Sequence[AnyRow], now: datetime) -> Mapping[int, Sequence[AnyRow]]:
        """By a row's id, the due rows that are best done with it; empty where that saves nothing."""

    def unfinished(self, run: Run, ids: Sequence[int], now: datetime) -> frozenset[int]:
        """Those of `ids` that still wait for a worker or are with one; not those put off until later."""

    def abandoned(self, run: Run, limit: int, now: datetime) -> Sequence[AnyRow]:
        """Rows whose worker went away without an answer."""

    def set_aside(self, run: Run, attempts: int, now: datetime) -> int:
        """Let go of abandoned rows with so many claims; answers how many."""

    def anything_left(self, run: Run) -> bool: ...


class MarketMessage(Protocol):
    @property
    def marketplace(self) -> Marketplace: ...

    def encode(self) -> bytes: ...


AnyBatch = TypeVar("AnyBatch", bound=MarketMessage)
_Taken = TypeVar("_Taken", bound=MarketMessage, contravariant=True)


class Batches(Protocol[_Taken]):
    def publish(self, *batches: _Taken) -> None:
        """Answers when all are acknowledged. Raises `BrokerAway`; some may have gone out then."""


class Sources(Protocol):
    def look(
        self, items: Sequence[BatchItem], concurrency: int, stop: threading.Event, *, fresh: bool = False
    ) -> Iterator[Sequence[Item]]:
        """Answers as they come, empty ones as a sign of life; ends early when `stop` is set. `fresh`: not from memory.

        Raises `ProxyAway`; what came before stands.
        """
