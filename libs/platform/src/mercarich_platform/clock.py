"""Time as a parameter: aware UTC for timestamps, monotonic seconds for durations."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the current time, aware, in UTC."""

Monotonic = Callable[[], float]
"""Returns seconds that never go back or jump."""

Sleep = Callable[[float], None]
"""Waits for that many seconds."""


def utc_now() -> datetime:
    return datetime.now(UTC)


monotonic: Monotonic = time.monotonic
sleep: Sleep = time.sleep
