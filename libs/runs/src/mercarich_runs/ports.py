"""Runs, the interfaces that they need from outside, and what each raises."""

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
from mercarich_runs.domain.suspects import Abandoned


class ProxyAway(Exception):
    """The marketplace's proxy does not answer now."""


class Superseded(Exception):
    """A newer run of the same operation and marketplace covers all rows of this one; nothing was written."""


class CoversNothing(Exception):
    """No seller, or none of the SKUs, is of the request; the text says why. Nothing was started."""


class NamesNobody(CoversNothing):
    """The request names a seller or a SKU that does not exist; the text says which, and the nearest."""


class Operation(StrEnum):
    """Operation and marketplace are a run's key: only runs with the same key supersede each other or take rows."""

    CHECK = "check"
    UPDATE = "update"
    WATCH = "watch"
    """Its runs are windows of the watch: they supersede nobody, and take only rows that nobody has."""


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of a run, from its command."""

    marketplace: Marketplace
    plans: tuple[int, ...]
    max_workers: int = 4
    group_lower: int | None = None
    """Rows in a batch; None: the operation's setting."""
    begin_with: int = 0
    usernames: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    without_update: bool = False
    """For a check: only mark listings whose source is gone."""
    dual_boot: bool = False
    beside_watch: bool = False
    """For a check: leave to the watch what it has looked at in time, if the watch works."""

    def covers(self, other: "Request") -> bool:
        """Return whether this request is for all rows of `other`, of the same marketplace, or for more."""
        return (
            set(self.plans) >= set(other.plans)
            and _all_or_more(self.usernames, other.usernames)
            and _all_or_more(self.skus, other.skus)
            and self.begin_with <= other.begin_with
            and (other.beside_watch or not self.beside_watch)
        )


def _all_or_more(names: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether `names` has all `others`; no names at all mean everybody."""
    return not names or (bool(others) and set(names) >= set(others))


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
    """The current counters of a run. `checked` are finished rows: sources looked at, or listings searched for. `held`
    are the listings that its holds keep back now."""

    planned: int
    checked: int
    unknown: int
    unparsable: int
    fallen: int
    withdrawn: int
    held: int
    revived: int
    looked_again: int = 0
    """Second looks with a known state. Their sources are among the checked ones."""
    set_aside: int = 0
    """Rows that the run has given up, since they ended their workers."""

    @property
    def answers(self) -> int:
        """Looks with a known state, first and second ones."""
        return self.checked + self.looked_again


@dataclass(frozen=True, slots=True)
class Sellers:
    """The sellers in a run, and the number of skipped ones by reason."""

    user_ids: frozenset[int]
    skipped: Mapping[str, int]


class Runs(Protocol):
    """The runs and their generations. Every method raises `DatabaseAway`."""

    def begun(self, marketplace: Marketplace, request_key: str | None) -> Request | None:
        """Return the request of the run that has this key; None when there is none."""

    def start(self, request: Request, request_key: str | None, now: datetime) -> Run:
        """Start a run with a new generation, or return the existing run of the request key.

        Runs whose request the new one covers end as superseded; others lose the rows that the new one marks.
        """

    def beat(self, run: Run, now: datetime) -> Counts:
        """Record that the planner is alive; return the counts. Raises `Superseded`."""

    def enter(self, run: Run, phase: str, note: Reason | None = None) -> None:
        """Store the run's phase, and why."""

    def note(self, run: Run, note: Reason | None) -> None:
        """Store why the run waits; its phase does not change."""

    def is_paused(self, marketplace: Marketplace) -> bool:
        """Return whether people have paused the marketplace."""

    def add_held_seconds(self, run: Run, seconds: float) -> None: ...

    def end(self, run: Run, outcome: Outcome, now: datetime, note: Reason | None = None) -> None:
        """End the run; do nothing when it has ended already."""


class Marking(Protocol):
    """Marks the rows of a run. Every method raises `DatabaseAway`; `mark` raises `Superseded`, too."""

    def require_cover(self, request: Request) -> None:
        """Raise `NamesNobody` or `CoversNothing` when the request is a mistake.

        That sellers have nothing that is due is none.
        """

    def sellers(self, request: Request) -> Sellers: ...

    def left(self, run: Run) -> int:
        """Return the number of rows that the run has marked and not finished."""

    def mark(self, run: Run, request: Request, sellers: Sellers) -> Iterator[int]:
        """Mark due rows, page by page; yield the number marked so far after each page."""


class Row(Protocol):
    @property
    def id(self) -> int: ...


AnyRow = TypeVar("AnyRow", bound=Row)

Place = tuple[int, int]
"""(rank, id): the position of a row in its run's order."""


class Pending(Protocol[AnyRow]):
    """The unfinished rows of a run. Every method raises `DatabaseAway`; those that write raise `Superseded`, too."""

    def due(self, run: Run, after: Place, limit: int, now: datetime) -> Sequence[tuple[Place, AnyRow]]:
        """Return the next rows in the run's order, each with its place; `after` is the place of the last one."""

    def together(self, run: Run, rows: Sequence[AnyRow], now: datetime) -> Mapping[int, Sequence[AnyRow]]:
        """Return, by row id, further due rows that the same call to the marketplace covers; empty if there are none."""

    def unfinished(self, run: Run, ids: Sequence[int], now: datetime) -> frozenset[int]:
        """Return those of `ids` that wait for a worker or that a worker has; without postponed ones."""

    def abandoned(self, run: Run, now: datetime) -> Sequence[Abandoned]:
        """Return rows whose worker ended without a result, by id."""

    def try_again(self, run: Run, ids: Sequence[int], now: datetime) -> Sequence[AnyRow]:
        """Make those of `ids` that are still abandoned due at once; return them."""

    def set_aside(self, run: Run, ids: Sequence[int], now: datetime) -> int:
        """Give up those of `ids` that are still abandoned; return how many."""

    def put_back(self, run: Run, attempts: int, now: datetime) -> int:
        """Make what the run has set aside abandoned rows again, with so many claims each; return how many."""

    def anything_left(self, run: Run) -> bool: ...


class MarketMessage(Protocol):
    @property
    def marketplace(self) -> Marketplace: ...

    def encode(self) -> bytes: ...


AnyBatch = TypeVar("AnyBatch", bound=MarketMessage)
_Taken = TypeVar("_Taken", bound=MarketMessage, contravariant=True)


class Batches(Protocol[_Taken]):
    def publish(self, *batches: _Taken) -> None:
        """Publish, and wait for all acknowledgements. Raises `BrokerAway`; some may be published nevertheless."""


class Sources(Protocol):
    def look(
        self,
        items: Sequence[BatchItem],
        concurrency: int,
        stop: threading.Event,
        *,
        fresh: bool = False,
        background: float | None = None,
        urgent: bool = False,
    ) -> Iterator[Sequence[Item]]:
        """Yield answers as they arrive, or an empty list as a sign of life. Ends early when `stop` is set.

        `fresh` bypasses the proxy's cache. With `background`, the calls come behind those of all other callers, within
        this share of the proxy's budget; with `urgent` they come before those who wait already. Raises `ProxyAway`;
        answers before that are valid.
        """
