"""Threads that work on slices of jobs one after the other. A hint wakes them; without one they poll every few
seconds."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from mercarich_platform.outages import DatabaseAway

log = logging.getLogger(__name__)

LOOK_SECONDS = 3.0
"""Seconds between two polls without a hint: for lost hints and expired claims."""
_AWAY_SECONDS = 2.0


class SliceThreads:
    """`slice` returns whether there was something to do; its argument is set when the process is to end."""

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
        """Raise the exception that ended a thread: a programming error, after which the process must end."""
        for thread in self._threads:
            if thread.done():
                thread.result()

    def close(self) -> None:
        """Wait for the current slices, which end at their next step. Set the stop event first."""
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
