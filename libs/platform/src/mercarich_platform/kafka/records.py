"""What crosses the seam: a record, and a topic's shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Record:
    """What was read from a topic; `timestamp_ms` is the producer's time, milliseconds since 1970 UTC."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int


class AnyPublisher(Protocol):
    """What services publish through: `Publisher`, or a test's own. Both methods raise `BrokerAway`."""

    def publish(self, topic: str, value: bytes, *, key: bytes | None = None) -> None:
        """Hand over one record; whether it arrives is known after `flush`."""

    def flush(self, timeout_seconds: float) -> None:
        """Wait until all that this thread published is acknowledged."""


class AnyTopic(Protocol):
    """The shape of a topic that is to exist; `mercarich_contracts.topics` has our own."""

    @property
    def name(self) -> str: ...
    @property
    def partitions(self) -> int: ...
    @property
    def retention_ms(self) -> int: ...


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """An `AnyTopic` made by hand."""

    name: str
    partitions: int
    retention_ms: int
