"""Thread pools that serve sellers in turn: woken at any time, each seller served by one thread at a time."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from mercarich_feed.adapters.amazon import PacedAmazon
from mercarich_feed.adapters.http import Http
from mercarich_feed.use_cases.restores import RestoreWish
from mercarich_platform.clock import Monotonic, monotonic
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.worker import Tick, Worker

log = logging.getLogger(__name__)

Wish = TypeVar("Wish")
Wish_contra = TypeVar("Wish_contra", contravariant=True)

_DATABASE_SECONDS = 2.0


class AnyLane(Protocol[Wish_contra]):
    """The interface of `Lane`, for tests with their own."""

    def start(self) -> None: ...
    def wake(self, user_id: int, *wishes: Wish_contra, after_seconds: float = 0.0) -> None: ...
    def check(self) -> None: ...
    def take_no_more(self) -> None: ...
    def stop(self) -> None: ...


class Lane(Generic[Wish]):
    """`work(user_id, wishes)` removes the wishes it has fulfilled from the set. It returns the seconds after which to
    go on with the others, or None."""

    def __init__(
        self,
        name: str,
        threads: int,
        work: Callable[[int, set[Wish]], float | None],
        now: Monotonic = monotonic,
    ) -> None:
        self._name = name
        self._work = work
        self._now = now
        self._changed = threading.Condition()
        self._due: dict[int, float] = {}
        self._wishes: dict[int, set[Wish]] = {}
        self._running: set[int] = set()
        self._stopped = False
        self._count = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._threads: list[Future[None]] = []

    def start(self) -> None:
        self._threads = [self._pool.submit(self._loop) for _ in range(self._count)]

    def wake(self, user_id: int, *wishes: Wish, after_seconds: float = 0.0) -> None:
        """Schedule the seller, once more if they are being served now. Never moves an earlier schedule later."""
        at = self._now() + after_seconds
        with self._changed:
            self._due[user_id] = min(at, self._due.get(user_id, at))
            self._wishes.setdefault(user_id, set()).update(wishes)
            self._changed.notify()

    def check(self) -> None:
        """Raise the exception that ended a thread: a bug, after which the process must end."""
        for thread in self._threads:
            if thread.done():
                thread.result()

    def take_no_more(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def stop(self) -> None:
        """Wait until the sellers being served are done."""
        self.take_no_more()
        self._pool.shutdown(wait=True)

    def _loop(self) -> None:
        while (taken := self._take()) is not None:
            user_id, wishes = taken
            try:
                again = self._work(user_id, wishes)
            except DatabaseAway as error:
                log.warning("the database is away", extra={"lane": self._name, "reason": str(error)})
                again = _DATABASE_SECONDS
            finally:
                with self._changed:
                    self._running.discard(user_id)
                    self._changed.notify()
            if again is not None:
                self.wake(user_id, *wishes, after_seconds=again)

    def _take(self) -> tuple[int, set[Wish]] | None:
        with self._changed:
            while not self._stopped:
                free = [(at, user_id) for user_id, at in self._due.items() if user_id not in self._running]
                at, user_id = min(free, default=(None, 0))
                if at is not None and at <= self._now():
                    del self._due[user_id]
                    self._running.add(user_id)
                    self._changed.notify()  # another thread must watch the clock for the other sellers
                    return user_id, self._wishes.pop(user_id, set())
                self._changed.wait(None if at is None else at - self._now())
            return None


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes with what they need, stopped in the order of their dependencies."""

    patches: AnyLane[None]
    restores: AnyLane[RestoreWish]
    follow: AnyLane[None]
    orders: AnyLane[None]
    offers: AnyLane[None]
    fees: AnyLane[None]
    creations: AnyLane[None]
    ticks: Sequence[Tick]
    amazon: PacedAmazon
    http: Http

    def start(self) -> None:
        self.patches.start()
        self.restores.start()
        self.follow.start()
        self.orders.start()
        self.offers.start()
        self.fees.start()
        self.creations.start()

    def stop(self) -> None:
        """Stop all lanes. The caller must have set their stop event."""
        self.restores.take_no_more()
        self.follow.take_no_more()
        self.orders.take_no_more()
        self.offers.take_no_more()
        self.fees.take_no_more()
        self.creations.take_no_more()
        self.patches.stop()
        self.restores.stop()
        self.follow.stop()
        self.orders.stop()
        self.offers.stop()
        self.fees.stop()
        self.creations.stop()
        self.amazon.close()
        self.http.close()


@dataclass(frozen=True, slots=True)
class FeedWorker:
    """The worker loop with the lanes that it wakes."""

    worker: Worker
    lanes: Lanes

    def run(self, stop: threading.Event) -> int:
        self.lanes.start()
        try:
            return self.worker.run(stop)
        finally:
            stop.set()
            self.lanes.stop()
