"""A dead letter, as people see it; `--json` prints these shapes unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that no worker could handle."""

    id: str
    """topic/partition/offset of the dead letter; the argument of `show` and `replay`."""
    source_topic: str
    group: str
    error: str
    first_seen: str
    size: int
    value: bytes
    key: bytes | None


@dataclass(frozen=True, slots=True)
class DeadLetterList:
    letters: Sequence[DeadLetter]


@dataclass(frozen=True, slots=True)
class Replayed:
    count: int
    topics: Sequence[str]
