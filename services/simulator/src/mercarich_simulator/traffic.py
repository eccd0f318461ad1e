"""The number of requests to each target, and their highest rates."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

WINDOW_SECONDS = 60
REMEMBERED_SECONDS = 900
"""How far back `last` tells each second."""


@dataclass(slots=True)
class Traffic:
    """Requests to one target, counted per whole second of real time."""

    requests: int = 0
    max_per_second: int = 0
    max_per_minute: int = 0
    by_operation: dict[str, int] = field(default_factory=dict)
    _seconds: deque[list[int]] = field(default_factory=deque)
    _older: deque[list[int]] = field(default_factory=deque)
    """Those that have left the window."""
    _in_window: int = 0

    def count(self, operation: str, wall: float) -> None:
        self.requests += 1
        self.by_operation[operation] = self.by_operation.get(operation, 0) + 1
        second = int(wall)
        if not self._seconds or self._seconds[-1][0] != second:
            self._seconds.append([second, 0])
            while self._seconds[0][0] <= second - WINDOW_SECONDS:
                self._in_window -= self._seconds[0][1]
                self._older.append(self._seconds.popleft())
            while self._older and self._older[0][0] <= second - REMEMBERED_SECONDS:
                self._older.popleft()
        self._seconds[-1][1] += 1
        self._in_window += 1
        self.max_per_second = max(self.max_per_second, self._seconds[-1][1])
        self.max_per_minute = max(self.max_per_minute, self._in_window)

    def last(self) -> list[list[int]]:
        """Return the requests of the last seconds, `[second, requests]` each, oldest first, without those that had
        none."""
        return [*self._older, *self._seconds]

    def report(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "max_per_second": self.max_per_second,
            "max_per_60_seconds": self.max_per_minute,
            "by_operation": self.by_operation,
        }
