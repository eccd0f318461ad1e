"""A queue in memory that does what SQS promises, and no more: `ports_orders.OrderQueue` for tests."""

import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_feed.ports_orders import Message, QueueAway

MOST = 10


@dataclass(slots=True)
class _Kept:
    body: str
    receives: int = 0
    visible_at: float = 0.0
    receipt: str = ""


class MemoryQueue:
    """Lends a message for `lent_seconds`. While `away` is set, every call of it fails."""

    def __init__(self, lent_seconds: float = 300.0) -> None:
        self.away = False
        self._lent_seconds = lent_seconds
        self._kept: list[_Kept] = []
        self._receipts = itertools.count()
        self._lock = threading.Lock()

    def send(self, *bodies: str) -> None:
        with self._lock:
            self._kept += [_Kept(body) for body in bodies]

    def size(self) -> int:
        """Return the number of messages that are not deleted."""
        return len(self._kept)

    def receive(self) -> Sequence[Message]:
        self._reached()
        now = time.monotonic()
        with self._lock:
            lent = [each for each in self._kept if each.visible_at <= now][:MOST]
            for each in lent:
                each.receives += 1
                each.visible_at, each.receipt = now + self._lent_seconds, f"receipt {next(self._receipts)}"
            return [Message(each.body, each.receipt, each.receives) for each in lent]

    def delete(self, messages: Sequence[Message]) -> None:
        self._reached()
        gone = {message.receipt for message in messages}
        with self._lock:
            self._kept = [each for each in self._kept if each.receipt not in gone]

    def _reached(self) -> None:
        if self.away:
            raise QueueAway("the queue is away")
