"""What feed's processes reach outside themselves: production's, unless a caller passes its own."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy import Engine

from mercarich_feed.adapters.http import Http
from mercarich_feed.adapters.lanes import AnyLane, Lane
from mercarich_platform.clock import Clock, Monotonic, Sleep, monotonic, sleep, utc_now
from mercarich_platform.kafka import AnyPublisher

Wish = TypeVar("Wish")


class LaneMaker(Protocol):
    def __call__(self, name: str, threads: int, work: Callable[[int, set[Wish]], float | None], /) -> AnyLane[Wish]:
        """A lane that has not started, with so many threads; `work` as `Lane` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """None: the process makes its own from its settings. `engine` and `publisher` that are passed stay their caller's;
    lanes that stop close `http` and `calls`."""

    engine: Engine | None = None
    publisher: AnyPublisher | None = None
    http: Http | None = None
    """The way to Amazon."""
    calls: Executor | None = None
    """Has requests to Amazon answered side by side."""
    lane: LaneMaker = Lane
    now: Clock = utc_now
    monotonic: Monotonic = monotonic
    sleep: Sleep = sleep
    """Of commands; a worker's waits end with its stop event."""


PRODUCTION = Dependencies()
