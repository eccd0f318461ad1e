"""Periodic work of a worker, beside its records: one tick at a time, but for those that take long."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from mercarich_platform.outcomes import NotNow

log = logging.getLogger(__name__)


class Tick(NamedTuple):
    """Work done at the start and then `every_seconds`. `NotNow` is logged; any other exception ends the process."""

    name: str
    every_seconds: float
    run: Callable[[], None]
    alone: bool = False
    """Only in the worker that leads the group. At times there may be two of them, or none: this avoids duplicate work,
    but it is no lock."""
    takes_long: bool = False
    """It may take seconds, for which no other tick waits: it has a thread of its own."""


class Ticks:
    """Starts due ticks; calls `fail` with unexpected exceptions."""

    def __init__(self, ticks: Sequence[Tick], *, fail: Callable[[str, BaseException], None]) -> None:
        self._due = dict.fromkeys(ticks, 0.0)
        self._running: dict[Tick, Future[None]] = {}
        self._fail = fail
        shared = ThreadPoolExecutor(1, thread_name_prefix="ticks")
        self._pools = {tick: _own_thread(tick) if tick.takes_long else shared for tick in ticks}

    def step(self, *, leads: bool) -> None:
        now = time.monotonic()
        for tick, due in self._due.items():
            if tick in self._running:
                self._settle(tick, self._running[tick])
            elif now >= due and (leads or not tick.alone):
                self._due[tick] = now + tick.every_seconds
                self._running[tick] = self._pools[tick].submit(tick.run)

    def stop(self) -> None:
        """Start no further ticks; a running one may finish."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def _settle(self, tick: Tick, future: Future[None]) -> None:
        if not future.done():
            return
        del self._running[tick]
        error = future.exception()
        if isinstance(error, NotNow):
            log.info("a tick has to wait", extra={"tick": tick.name, "reason": str(error)})
        elif error is not None:
            self._fail(f"the tick {tick.name}", error)


def _own_thread(tick: Tick) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix=f"tick {tick.name}")
