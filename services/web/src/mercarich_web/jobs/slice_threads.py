"""Threads that take slices one after the other: woken by a hint, and looking by themselves every few seconds."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from mercarich_platform.outages import DatabaseAway

log = logging.getLogger(__name__)

LOOK_SECONDS = 3.0
"""Between two looks without a hint: for a hint that was lost, and a claim that has lapsed."""
_AWAY_SECONDS = 2.0


class SliceThreads:
    """`slice` answers whether there was something to do; it is told when the process is to end."""

    def __init__(self, run_slice: Callable[[threading.Event], bool], threads: int, stop: threading.Event) -> None:
        self._run_slice = run_slice
        self._count = threads
        self._stop = stop
        self._wake = threading.Event()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="slice")
        self._threads: list[Future[None]] = []

    def start(self) -> None:
        self._threads = [self._pool.submit(self._loop) for _ in range(self._count)]

    def wake(self) -> None:
        self._wake.set()

    def check(self) -> None:
        """Raise what ended a thread: a fault of this program, after which the process is to end."""
        for thread in self._threads:
            if thread.done():
                thread.result()

    def close(self) -> None:
        """Set the stop event first; waits for the slices at hand, which give way at their next step."""
        self._wake.set()
        self._pool.shutdown(wait=True)

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                if self._run_slice(self._stop):
                    continue
            except DatabaseAway as error:
                log.warning("the database is away", extra={"reason": str(error)})
                self._stop.wait(_AWAY_SECONDS)
                continue
            if self._wake.wait(LOOK_SECONDS) and not self._stop.is_set():
                self._wake.clear()
