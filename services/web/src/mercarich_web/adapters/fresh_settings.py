"""The settings of jobs, read from the table every few seconds: every slice and every write asks for them."""

import time
from collections.abc import Callable

from mercarich_web.ports_jobs import JobSettings

FRESH_SECONDS = 5.0


class FreshSettings:
    """Raises what `read` raises."""

    def __init__(self, read: Callable[[], JobSettings]) -> None:
        self._read = read
        self._known: tuple[float, JobSettings] | None = None

    def __call__(self) -> JobSettings:
        if self._known is None or time.monotonic() - self._known[0] > FRESH_SECONDS:
            self._known = time.monotonic(), self._read()
        return self._known[1]
