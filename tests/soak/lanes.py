"""Feed's lanes on the kernel's time: like `mercarich_feed.adapters.lanes.Lane`, with actors instead of threads."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tests.soak.kernel import Actor, Kernel, Process

from mercarich_platform.outages import DatabaseAway

Wish = TypeVar("Wish")

DATABASE_SECONDS = 2.0
SHORT, STRETCHED = 5.0, 10.0
"""Seconds between two looks of a lane at an open feed; otherwise two seconds."""
IDLE, RESTED = 60.0, 600.0
"""A lane that waits for the next read-back looks every minute; the tick "reads" wakes it in time, too."""


class VirtualLane(Generic[Wish]):
    """Sellers in turn, each served by one actor at a time."""

    def __init__(
        self,
        kernel: Kernel,
        process: Process,
        name: str,
        actors: int,
        work: Callable[[int, set[Wish]], float | None],
    ) -> None:
        self._kernel = kernel
        self._process = process
        self._names = [f"{process.name}/{name}-{number}" for number in range(actors)]
        self._work = work
        self._due: dict[int, float] = {}
        self._wishes: dict[int, set[Wish]] = {}
        self._running: set[int] = set()
        self._idle: set[Actor] = set()

    def start(self) -> None:
        for name in self._names:
            self._kernel.spawn(name, self._loop, self._process)

    def wake(self, user_id: int, *wishes: Wish, after_seconds: float = 0.0) -> None:
        at = self._kernel.now + after_seconds
        self._due[user_id] = min(at, self._due.get(user_id, at))
        self._wishes.setdefault(user_id, set()).update(wishes)
        self._notify()

    def check(self) -> None:
        """Errors that ended an actor are recorded by the kernel."""

    def take_no_more(self) -> None:
        """Nothing to close: processes of this world are killed."""

    def stop(self) -> None:
        """The same."""

    def _loop(self) -> None:
        while True:
            user_id, wishes = self._take()
            try:
                again = self._work(user_id, wishes)
            except DatabaseAway:
                again = DATABASE_SECONDS
            finally:
                self._running.discard(user_id)
                self._notify()
            if again is not None:
                self.wake(user_id, *wishes, after_seconds=_stretched(again))

    def _take(self) -> tuple[int, set[Wish]]:
        while True:
            free = [(at, user_id) for user_id, at in self._due.items() if user_id not in self._running]
            at, user_id = min(free, default=(None, 0))
            if at is not None and at <= self._kernel.now:
                del self._due[user_id]
                self._running.add(user_id)
                self._notify()
                return user_id, self._wishes.pop(user_id, set())
            actor = self._kernel.current
            self._idle.add(actor)
            self._kernel.park(at)
            self._idle.discard(actor)

    def _notify(self) -> None:
        for actor in sorted(self._idle, key=lambda one: one.number)[:1]:
            self._kernel.wake(actor)


def _stretched(again: float) -> float:
    if again == IDLE:
        return RESTED
    return again * STRETCHED if again < SHORT else again


@dataclass(frozen=True, slots=True)
class LaneMaker:
    """`mercarich_feed.dependencies.LaneMaker` of one process."""

    kernel: Kernel
    process: Process

    def __call__(self, name: str, threads: int, work: Callable[[int, set[Wish]], float | None]) -> VirtualLane[Wish]:
        return VirtualLane(self.kernel, self.process, name, threads, work)


class Inline(Executor):
    """A pool that makes each call at once, in its caller."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  (a future keeps it)
            future.set_exception(error)
        return future
