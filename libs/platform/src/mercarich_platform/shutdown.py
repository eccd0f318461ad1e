"""End the process in time, whatever hangs: signals, the hard stop, and the watchdog of the main loop."""

import faulthandler
import logging
import os
import signal
import sys
import threading
import time
from types import FrameType

from mercarich_platform.exit_codes import STUCK, TRY_AGAIN

log = logging.getLogger(__name__)

BUDGET_SECONDS = 45.0
"""Maximum time from SIGTERM to the end of the process; less than the 60 s that a pod gets."""
STUCK_SECONDS = 30.0
TOLD_SECONDS = 2.0


def install_signals(stop: threading.Event, *, budget_seconds: float = BUDGET_SECONDS) -> None:
    """Have SIGTERM and SIGINT set `stop`. A second signal, or the end of the budget, ends the process at once with 75.

    Must be called in the main thread.
    """

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(TRY_AGAIN)
        stop.set()
        hard_stop_after(budget_seconds, TRY_AGAIN)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)


def hard_stop_after(seconds: float, code: int) -> threading.Timer:
    """End the process after `seconds` with this code and all stacks on stderr, unless the timer is cancelled."""
    timer = threading.Timer(seconds, _end, [code, f"still not ended after {seconds:g} s"])
    timer.daemon = True
    timer.start()
    return timer


class Watchdog:
    """Ends the process with 70 and all stacks on stderr when `beat` was not called for too long.

    Time in which the whole process was stopped, or the machine slept, does not count.
    """

    def __init__(self, limit_seconds: float = STUCK_SECONDS) -> None:
        self._limit = limit_seconds
        self._beat = time.monotonic()
        self._ended = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        self._ended.set()

    def beat(self) -> None:
        self._beat = time.monotonic()

    @property
    def age_seconds(self) -> float:
        return time.monotonic() - self._beat

    def wrong(self) -> str | None:
        """Return the problem for the liveness probe; None while the loop moves."""
        age = self.age_seconds
        return f"the main loop has not moved for {age:.0f} s" if age > self._limit else None

    def _watch(self) -> None:
        step = self._limit / 10
        looked_at = time.monotonic()
        while not self._ended.wait(step):
            stood_still = time.monotonic() - looked_at > 3 * step
            looked_at = time.monotonic()
            if stood_still:
                self.beat()
            if self.age_seconds > self._limit:
                _end(STUCK, f"the main loop has been stuck for {self.age_seconds:.0f} s")


def _end(code: int, why: str) -> None:
    """End the process, even if logging itself hangs."""

    def tell() -> None:
        log.critical("the process is ended", extra={"why": why, "exit_code": code})
        faulthandler.dump_traceback(sys.__stderr__ or 2, all_threads=True)

    try:
        teller = threading.Thread(target=tell, daemon=True)
        teller.start()
        teller.join(TOLD_SECONDS)
    finally:
        os._exit(code)
