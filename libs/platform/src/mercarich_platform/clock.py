"""The time, as a parameter: aware UTC for facts, monotonic seconds for waiting."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the aware UTC time."""

Monotonic = Callable[[], float]
"""Answers seconds that never jump."""


def utc_now() -> datetime:
    return datetime.now(UTC)


monotonic: Monotonic = time.monotonic
