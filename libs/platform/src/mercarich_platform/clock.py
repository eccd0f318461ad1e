"""Time as a parameter: aware UTC for timestamps, monotonic seconds for durations."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns the current time, aware, in UTC."""

Monotonic = Callable[[], float]
"""Returns seconds that never go back or jump."""

Sleep = Callable[[float], None]
"""Waits for that many seconds."""


AHEAD = timedelta(minutes=1)
"""What lies further in the future than this was stamped by a wrong clock: when it happened is not known."""


class SharedClock:
    """The time of all processes of an installation: this machine's, corrected by the offset that was measured."""

    def __init__(self) -> None:
        self.offset = timedelta()
        """What is added to this machine's time; `mercarich_db.clock` measures it against the database."""

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset


utc_now = SharedClock()
"""The clock of this process; leases, freshness and slots are by it."""

monotonic: Monotonic = time.monotonic
sleep: Sleep = time.sleep
