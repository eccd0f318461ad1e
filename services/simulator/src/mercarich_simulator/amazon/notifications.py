"""ORDER_CHANGE notifications: what Amazon would put into a queue when an order was placed or has changed.

A queue promises to give a message at least once, in any order (SQS standard queues), and Amazon advises a backup for
notifications that are late or missing (Notifications API, "Build a backup mechanism"). How many is not published.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_simulator.identity import entropy, share

LOST, TWICE, LATE = 0.03, 0.08, 0.08
"""Shares of the notifications that never come, that come twice, and that come after minutes."""
_SOON_SECONDS, _LATE_SECONDS = 3.0, 600.0
KEPT = 10_000
"""Most notifications that wait to be fetched. The oldest are dropped first, so that memory is bounded."""


@dataclass(frozen=True, slots=True, order=True)
class Notification:
    """A change of an order that is told at `due_at`."""

    due_at: float
    number: int
    """Of the order."""
    changed_at: float
    copy: int = 0
    """0, or 1 for one that comes twice."""


class Notifications:
    """What is on its way to the queue, the earliest first; `chances` are the shares that are lost, twice, and late."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.chances = (LOST, TWICE, LATE)
        self._coming: list[Notification] = []

    def tell(self, number: int, at: float) -> None:
        """Send a notification of a change at `at` of the order with this number."""
        noise = entropy(self._seed, "notification", number, at)
        lost, twice, late = self.chances
        if share(noise) < lost:
            return
        for copy in range(2 if share(noise[4:]) < twice else 1):
            wait = share(noise[8 + 4 * copy :]) * (_LATE_SECONDS if share(noise[16:]) < late else _SOON_SECONDS)
            heapq.heappush(self._coming, Notification(at + wait, number, at, copy))
        while len(self._coming) > KEPT:
            heapq.heappop(self._coming)

    def take(self, now: float) -> Sequence[Notification]:
        """Return what is due, and forget it."""
        due = []
        while self._coming and self._coming[0].due_at <= now:
            due.append(heapq.heappop(self._coming))
        return due
