"""Types of the Kafka adapter's interface: records, topics and publishers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Record:
    """A record read from a topic. `timestamp_ms` is the producer's time, in milliseconds since 1970 UTC."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int


class AnyPublisher(Protocol):
    """The interface of `Publisher`, for tests with their own. Both methods raise `BrokerAway`."""

    def publish(self, topic: str, value: bytes, *, key: bytes | None = None) -> None:
        """Buffer one record; only `flush` tells whether it arrived."""

    def flush(self, timeout_seconds: float) -> None:
        """Wait until all records of this thread are acknowledged."""


class AnyTopic(Protocol):
    """The interface of a topic to create; `mercarich_contracts.topics` has our own."""

    @property
    def name(self) -> str: ...
    @property
    def partitions(self) -> int: ...
    @property
    def retention_ms(self) -> int: ...


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A plain `AnyTopic`."""

    name: str
    partitions: int
    retention_ms: int
