"""What waits in Kafka, and whether what is outside can be reached; `--json` prints these shapes as they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_web.runs.runs import Unfinished


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether something outside can be used; `problem` is a sentence without secrets."""

    where: str
    ok: bool
    away: bool = False
    """Cannot be reached; else what is wrong is its schema."""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool's workers and what Kafka holds for them."""

    name: str
    topic: str
    lag: int
    workers: int | None
    """None: the broker does not know the group, so no worker has ever joined."""
    partitions: int
    oldest_age_seconds: float | None
    dead_letters: int
    """Records in the dead letter topic."""


@dataclass(frozen=True, slots=True)
class Queues:
    broker: Reach
    pools: Sequence[Pool]
    """Empty while the broker is away."""
    unfinished: Sequence[Unfinished]
