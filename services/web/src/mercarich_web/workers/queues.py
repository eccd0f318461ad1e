"""What waits in Kafka, and whether the outside services can be reached; `--json` prints these shapes unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_web.runs.runs import Unfinished


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether an outside service can be used; `problem` is a sentence without secrets."""

    where: str
    ok: bool
    away: bool = False
    """True: it cannot be reached. False with a `problem`: its schema is wrong."""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool's workers, and what Kafka holds for them."""

    name: str
    topic: str
    lag: int
    workers: int | None
    """None: the broker does not know the group, because no worker has ever joined."""
    partitions: int
    oldest_age_seconds: float | None
    dead_letters: int
    """Records in the dead letter topic."""


@dataclass(frozen=True, slots=True)
class Queues:
    broker: Reach
    pools: Sequence[Pool]
    """Empty while the broker is unavailable."""
    unfinished: Sequence[Unfinished]
