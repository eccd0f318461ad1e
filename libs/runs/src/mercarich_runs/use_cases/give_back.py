"""Give a claim's rows back after a connection to the database broke."""

import threading
from collections.abc import Callable

from mercarich_platform.outages import DatabaseAway

AGAIN_SECONDS = 1.0


def give_back(release: Callable[[], None], stop: threading.Event) -> None:
    """Call `release` until the database has taken it, or `stop` is set after a try.

    Whether the claim itself was committed is unknown when its connection broke; `release` does nothing then. Without
    it, the rows would wait for their lease, and be suspected of having ended their worker.
    """
    while True:
        try:
            release()
            return
        except DatabaseAway:
            if stop.wait(AGAIN_SECONDS):
                return
