"""What the checker needs from outside, in its own words, and what each port raises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mercarich_checker.domain.brake import HoldKind
from mercarich_checker.domain.canaries import Canary
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Item
from mercarich_reasons.reason import Reason
from mercarich_runs.ports import Marking, Pending, Run


class Plan(Pending[BatchItem], Marking, Protocol):
    """The rows of a run, and what only a check does with them. Every method raises `DatabaseAway`; those that write,
    `Superseded`."""

    def recall(self, run: Run) -> int:
        """Ask at once for what was put off while the marketplace did not answer; answers how many."""

    def want_second_look(self, run: Run, now: datetime) -> int:
        """Mark the sources of held listings again; answers how many."""

    def held_since(self, run: Run) -> datetime | None:
        """When the youngest held listing of this marketplace was first seen gone; None: none is held."""

    def known_items(self, marketplace: Marketplace) -> Sequence[Canary]:
        """Some items whose state the last runs agreed on, others at each call, to serve as canaries."""

    def open_hold(self, run: Run, kind: HoldKind, reason: Reason, now: datetime) -> None:
        """Hold the marketplace's withdrawals; nothing when this run did so before."""


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
