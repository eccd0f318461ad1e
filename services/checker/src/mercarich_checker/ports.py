"""The interfaces that the checker needs from outside, and what each raises."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from mercarich_checker.domain.canaries import Canary
from mercarich_checker.domain.cancellations import Outcome, Period
from mercarich_checker.domain.freshness import Standing
from mercarich_contracts.market import Marketplace, RouteName, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Budget, Item
from mercarich_reasons.reason import Reason
from mercarich_runs.domain.brake import Doubt, HoldKind, NewHold
from mercarich_runs.ports import Marking, Pending, Run

URGENT_CLAIM = "urgent-"
"""What the token of a claim begins with whose looks come before all others."""


class Plan(Pending[BatchItem], Marking, Protocol):
    """The source items of a check run. Every method raises `DatabaseAway`; those that write raise `Superseded`, too."""

    def watch(self, marketplace: Marketplace) -> Standing:
        """Return what tells whether the marketplace's watch works."""

    def recall(self, run: Run) -> int:
        """Make items due at once that were put off while the marketplace did not answer; return how many."""

    def want_second_look(self, run: Run, now: datetime) -> int:
        """Mark the sources of held listings again; return how many."""

    def held_since(self, run: Run) -> datetime | None:
        """Return when the source of the latest held listing was first seen gone, or too dear; None: none is held."""

    def known_items(self, marketplace: Marketplace, named: Collection[RouteName] = ()) -> Sequence[Canary]:
        """Draw items whose state did not change in the last runs, to serve as canaries; different ones at each call.

        Those of `named` routes are left out.
        """

    def doubt(self, run: Run, doubts: Mapping[RouteName, Doubt], new: Sequence[NewHold], now: datetime) -> None:
        """Record which routes are in doubt, open the `new` holds of routes, and close empty ones of other routes.

        From now on `due` and `anything_left` leave out the items that a wrong route shows. While lists of sellers are
        wrong, `due` names no seller. Second looks are at what no doubted route holds.
        """

    def left_out(self, run: Run) -> bool:
        """Return whether items are left out."""

    def open_hold(self, run: Run, kind: HoldKind, reason: Reason, now: datetime) -> None:
        """Hold the marketplace's withdrawals; do nothing if this run already did."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the watch took to look at."""

    sources: int
    left_out: int = 0
    """Sources that were taken out of the order, since they are not on sale."""
    oldest: timedelta | None = None
    """How long ago the last look at one of them was, at most; None: nothing was taken."""


class WindowEnded(Exception):
    """Another process has ended the window; nothing was written."""


class Watched(Protocol):
    """The sources of a marketplace, in the order in which the watch looks at them, and its windows.

    Every method raises `DatabaseAway`.
    """

    def open_windows(self, marketplace: Marketplace) -> Sequence[Run]:
        """Return the windows that have not ended."""

    def free_rows(self, marketplace: Marketplace, now: datetime) -> None:
        """Give back what ended windows took and no worker has."""

    def under_way(self, run: Run) -> int:
        """Return how many calls of the window wait for a worker, or a worker makes; without postponed ones."""

    def take(self, run: Run, room: int, wrong: Collection[RouteName], now: datetime) -> Taken:
        """Mark for the window the most valuable sources that no run is to look at, and others that the same calls show.

        One in twenty is drawn from all, so that what is believed to last is looked at, too. What a `wrong` route shows
        is left out. Raises `WindowEnded`.
        """

    def forget(self, marketplace: Marketplace, now: datetime) -> None:
        """Let what was learnt count less, once a day."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Looks at sources of what buyers have ordered."""

    batch: CheckBatch
    read_at: Mapping[int, datetime]
    """By source: when the first of the orders that ask for the look was read."""


class Ordered(Protocol):
    """The sources of open orders. Every method raises `DatabaseAway`."""

    def take(self, marketplace: Marketplace, now: datetime) -> Wanted | None:
        """Add what nobody has looked at since its order was read to the marketplace's newest run; None: there is
        nothing, or that run is not trusted. Whether an offer of it is up makes no difference."""

    def looked_at(self, ids: Sequence[int]) -> Mapping[int, datetime]:
        """Return when each was seen last, of those that were ever seen."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What one transaction changed by price."""

    paused: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """Ids of listings by seller, as the next."""
    recovered: Mapping[int, Sequence[int]] = field(default_factory=dict)
    held: int = 0
    waiting: Mapping[int, datetime] = field(default_factory=dict)
    """Sources with listings that a hold keeps -> when that began."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What is to be added to the run's counts."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one transaction changed. `withdrawn`: ids of listings withdrawn (or marked for a replacement), by seller."""

    withdrawn: Mapping[int, Sequence[int]] = field(default_factory=dict)
    held: int = 0
    held_sources: frozenset[int] = frozenset()
    """The sources of this look that are gone and whose listings a hold keeps."""
    moved: Moved = field(default_factory=Moved)
    """What was changed by price."""
    states: Mapping[State, int] = field(default_factory=dict)
    """Numbers of sources by what the looks mean for them: a miss that confirms an earlier one is gone."""


@dataclass(frozen=True, slots=True)
class Released:
    """What was changed of the listings of holds that a person released."""

    withdrawn: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """Ids of listings by seller."""
    moved: Moved = field(default_factory=Moved)
    """What was changed by price."""


class Observations(Protocol):
    """The source items of a batch, and what was seen of them. Every method raises `DatabaseAway`."""

    def claim(self, batch: CheckBatch, claim: str, until: datetime, now: datetime) -> Sequence[BatchItem]:
        """Claim those that no other worker has, and count an attempt for each. Raises `Superseded`.

        `claim` is a token that no other claim has, of at most 32 characters.
        """

    def renew(self, batch: CheckBatch, claim: str, until: datetime) -> None:
        """Extend the lease of the items that the claim still holds."""

    def release(self, batch: CheckBatch, claim: str) -> None:
        """Give back the items that the claim still holds, those without a result; their attempt does not count."""

    def record(self, batch: CheckBatch, seen: Mapping[int, Item], now: datetime) -> Recorded:
        """Store observations, evidence, withdrawals, holds and counts in one transaction. Raises `Superseded`."""

    def store_learnt(self, now: datetime) -> None:
        """Store what the looks since the last call have shown of how long sources last."""

    def apply_released_holds(self, marketplace: Marketplace, now: datetime) -> Released:
        """Withdraw, pause or put up the listings of holds that a person released; close those that hold nothing."""


class Events(Protocol):
    def withdrawn(self, marketplace: Marketplace, run_id: int | None, listings: Mapping[int, Sequence[int]]) -> None:
        """Wake feed and updater. Never raises: without the message, their schedules find the rows."""

    def changed(self, listings: Mapping[int, Sequence[int]]) -> None:
        """Wake feed for these listings, by seller, which need no replacement. Never raises, as `withdrawn`."""


class Budgets(Protocol):
    """The proxy of one marketplace, as the one that knows the outbound budget."""

    def budget(self) -> Budget:
        """Return the budget. Raises `ProxyAway`."""


class Capacities(Protocol):
    """What is told of a marketplace's capacity. Every method raises `DatabaseAway`."""

    def counted_at(self, marketplace: Marketplace) -> datetime | None: ...

    def count(self, marketplace: Marketplace, now: datetime) -> None:
        """Count the sources on sale and the calls that a pass over them takes, and keep the numbers."""

    def hear(self, marketplace: Marketplace, budget: Budget, now: datetime) -> None:
        """Keep what the proxy has told."""


class Outcomes(Protocol):
    """What became of orders beside what was to be expected. Every method raises `DatabaseAway`."""

    def counted_at(self, marketplace: Marketplace) -> datetime | None: ...

    def periods(self, marketplace: Marketplace, since: datetime, until: datetime) -> Sequence[Period]:
        """Return, of each seller with orders of that time, what they were and how long the offers were exposed."""

    def keep(self, marketplace: Marketplace, outcome: Outcome, now: datetime) -> None: ...


class Coverages(Protocol):
    def count(self, marketplace: Marketplace, now: datetime) -> None:
        """Count the sources on sale by the age of their looks, of each seller, and keep that. Raises
        `DatabaseAway`."""
