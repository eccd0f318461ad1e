"""The time, as a parameter: aware UTC for facts, monotonic seconds for waiting."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the aware UTC time."""

Monotonic = Callable[[], float]
"""Answers seconds that never jump."""

Sleep = Callable[[float], None]
"""Waits so many seconds."""


def utc_now() -> datetime:
    return datetime.now(UTC)


monotonic: Monotonic = time.monotonic
sleep: Sleep = time.sleep
