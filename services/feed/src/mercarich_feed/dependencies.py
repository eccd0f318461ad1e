"""What feed's processes reach outside themselves: production's, unless the caller passes others."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy import Engine

from mercarich_feed.adapters.http import Http
from mercarich_feed.adapters.lanes import AnyLane, Lane
from mercarich_feed.ports_orders import OrderQueue
from mercarich_platform.clock import Clock, Monotonic, Sleep, monotonic, sleep, utc_now
from mercarich_platform.kafka import AnyPublisher

Wish = TypeVar("Wish")


class LaneMaker(Protocol):
    def __call__(self, name: str, threads: int, work: Callable[[int, set[Wish]], float | None], /) -> AnyLane[Wish]:
        """Return a lane that has not started, with that many threads; `work` as in `Lane`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """What a process is built from. None: the process makes its own from its settings.

    `engine` and `publisher` are closed by the caller who passed them; `http` and `calls` by the lanes when they stop.
    """

    engine: Engine | None = None
    publisher: AnyPublisher | None = None
    http: Http | None = None
    """Client for Amazon."""
    calls: Executor | None = None
    """Runs requests to Amazon concurrently."""
    order_queue: OrderQueue | None = None
    """What Amazon's notifications of orders come by."""
    lane: LaneMaker = Lane
    now: Clock = utc_now
    monotonic: Monotonic = monotonic
    sleep: Sleep = sleep
    """For commands; a worker's waits end with its stop event."""


PRODUCTION = Dependencies()
