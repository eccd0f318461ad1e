"""Records that a worker handles later, ordered by their time."""

import heapq
import time
from collections.abc import Callable, Iterator
from itertools import count

from mercarich_platform.in_flight import Task

Begin = Callable[[Task], None]


class Later:
    """A queue of tasks by due time. For a single thread."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Task, Begin]] = []
        self._sequence = count()
        """Tie-breaker for equal times, since tasks cannot be compared."""

    def __bool__(self) -> bool:
        return bool(self._heap)

    def add(self, task: Task, seconds: float, begin: Begin) -> None:
        heapq.heappush(self._heap, (time.monotonic() + seconds, next(self._sequence), task, begin))

    def due(self) -> Iterator[tuple[Task, Begin]]:
        """Remove and yield the due tasks."""
        now = time.monotonic()
        while self._heap and self._heap[0][0] <= now:
            _, _, task, begin = heapq.heappop(self._heap)
            yield task, begin
