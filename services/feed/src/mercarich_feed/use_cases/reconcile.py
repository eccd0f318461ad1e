"""`mercarich reconcile`: have every offer read at Amazon now, and tell what was found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.events import EventKind
from mercarich_feed.ports import Reads
from mercarich_platform.clock import Clock, Monotonic

POLL_SECONDS = 2.0
STANDSTILL_SECONDS = 120.0
"""Longest time without a read. A seller's rest after trouble takes a minute at most."""
FINDINGS = (EventKind.READBACK_MISMATCH, EventKind.CHANGED_AT_AMAZON, EventKind.NOT_FOR_SALE, EventKind.PUSH_ORPHAN)
"""Events of a listing that differs at Amazon."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    asked: int
    """Offers to be read."""
    left: int
    """Offers that were not read before the command gave up."""
    found: Mapping[EventKind, int]
    """Events of these kinds since the beginning, of the sellers who were asked about."""
    came_back: int
    """Their deleted offers that Amazon shows again."""


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Ask for reads, zeros first, and wait for the workers that make them, as long as they go on."""

    reads: Reads
    now: Clock
    monotonic: Monotonic
    sleep: Callable[[float], None]

    def __call__(
        self, usernames: Sequence[str], skus: Sequence[str], progress: Callable[[int, int], None]
    ) -> Reconciled:
        """`progress` gets the number of offers that are left, and of all, whenever some were read."""
        began = self.now()
        asked = self.reads.ask(usernames, skus, began)
        left, last = asked, self.monotonic()
        while left and self.monotonic() - last < STANDSTILL_SECONDS:
            self.sleep(POLL_SECONDS)
            still = self.reads.left(usernames, skus, began)
            if still != left:
                left, last = still, self.monotonic()
                progress(left, asked)
        return Reconciled(asked, left, self._found(usernames, began), self.reads.came_back(usernames, began))

    def _found(self, usernames: Sequence[str], since: datetime) -> Mapping[EventKind, int]:
        return self.reads.events(usernames, since, FINDINGS)
