"""Messages in this process: queues that lose some, deliver some twice, and keep unhandled ones.

It replaces Kafka with its groups: there is one queue per topic, from which the slots of all its workers take. A record
whose worker died is delivered again when its session would have ended. Product code publishes through `QueuePublisher`.
"""

import random
from collections import Counter, deque
from collections.abc import Callable

from tests.soak.kernel import Actor, Kernel

from mercarich_platform.kafka import Record
from mercarich_platform.outages import BrokerAway

LOST, TWICE = 0.01, 0.03
"""Shares of the messages that are lost or delivered twice."""
SESSION_SECONDS = 10.0


class Broker:
    """`away`: the broker neither accepts nor delivers."""

    def __init__(self, kernel: Kernel, seed: int) -> None:
        self._kernel = kernel
        self._chance = random.Random(f"{seed}:broker")
        self._queues: dict[str, deque[tuple[float, Record]]] = {}
        self._waiting: dict[str, dict[Actor, None]] = {}
        """Actors that wait for a record of a topic, in order."""
        self._offset = 0
        self.away = False
        self.dead_letters: list[tuple[Record, str]] = []
        self.counts: Counter[str] = Counter()
        self.publishing: Callable[[], None] = lambda: None
        self.published: Callable[[], None] = lambda: None
        """Called before and after each publish; what they raise ends the caller."""

    def publish(self, topic: str, value: bytes, key: bytes | None) -> None:
        """Publish records. Raises `BrokerAway`."""
        self.publishing()
        if self.away:
            self.counts["refused"] += 1
            raise BrokerAway("the broker does not answer")
        self.counts["published"] += 1
        self._deliver(topic, value, key)
        self.published()

    def _deliver(self, topic: str, value: bytes, key: bytes | None) -> None:
        if self._chance.random() < LOST:
            self.counts["lost"] += 1
            return
        self._offset += 1
        record = Record(topic, 0, self._offset, key, value, (), int(self._kernel.unix() * 1000))
        self._put(record, 0.0)
        if self._chance.random() < TWICE:
            self.counts["twice"] += 1
            self._put(record, self._chance.uniform(0.0, 60.0))

    def take(self, topic: str) -> Record:
        """Wait for a record."""
        while True:
            queue, until = self._queues.setdefault(topic, deque()), self._kernel.now + 60.0
            if queue and not self.away:
                until = queue[0][0]
                if until <= self._kernel.now:
                    return queue.popleft()[1]
            actor, waiting = self._kernel.current, self._waiting.setdefault(topic, {})
            waiting[actor] = None
            try:
                self._kernel.park(until)
            finally:
                waiting.pop(actor, None)

    def give_back(self, record: Record, after: float) -> None:
        self.counts["given back"] += 1
        self._put(record, after)

    def lose_everything(self) -> int:
        """Lose all messages, like an embedded broker that was restarted. Return their number."""
        lost = sum(map(len, self._queues.values()))
        self._queues.clear()
        return lost

    def _put(self, record: Record, after: float) -> None:
        queue = self._queues.setdefault(record.topic, deque())
        due = self._kernel.now + after
        place = len(queue)
        while place and queue[place - 1][0] > due:
            place -= 1
        queue.insert(place, (due, record))
        waiting = self._waiting.get(record.topic)
        if waiting:
            first = next(iter(waiting))
            del waiting[first]
            self._kernel.wake(first)


class QueuePublisher:
    """`mercarich_platform.kafka.AnyPublisher` over the queues."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def publish(self, topic: str, value: bytes, *, key: bytes | None = None) -> None:
        self._broker.publish(topic, value, key)

    def flush(self, timeout_seconds: float) -> None:
        if self._broker.away:
            raise BrokerAway(f"nothing was acknowledged within {timeout_seconds:g} s")
