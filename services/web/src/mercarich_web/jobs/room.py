"""What a seller's uploads may take: bytes kept at once, and files an hour."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mercarich_reasons.jobs import TooManyFiles
from mercarich_web.refusals import Refused

MOST_KEPT = 200_000_000
"""Bytes of one seller's files: those under way, and those to mend. A file that is being stored may exceed it by its
own size until it is known whether files to mend must go for it."""
FILES_AN_HOUR = 60
HOUR_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class KeptFile:
    job_id: int
    size: int
    """Bytes, rounded up to a whole piece."""
    is_to_mend: bool
    """The import has failed by its rows, and the file is kept for its seller alone."""


def making_room(kept: Sequence[KeptFile], more: int) -> Sequence[int] | None:
    """Return the jobs whose files to mend must go, the oldest first, before `more` bytes fit; None if all of them are
    not enough. `kept`: oldest first."""
    too_many = sum(file.size for file in kept) + more - MOST_KEPT
    going: list[int] = []
    for file in kept:
        if too_many <= 0:
            break
        if file.is_to_mend:
            going.append(file.job_id)
            too_many -= file.size
    return going if too_many <= 0 else None


class FilesAnHour:
    """How many files each seller has sent within the last hour. Thread-safe.

    Counted in memory, since a refused file counts too and leaves no row: each replica counts alone.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._sent: dict[int, deque[float]] = {}
        self._lock = threading.Lock()

    def count(self, user_id: int) -> None:
        """Count a file. Raises `Refused` where there were enough."""
        wait = self.take(user_id)
        if wait > 0:
            raise Refused(TooManyFiles(FILES_AN_HOUR, math.ceil(wait / 60)))

    def take(self, user_id: int) -> float:
        """Count a file and return 0; or count nothing and return the seconds to wait."""
        with self._lock:
            now = self._now()
            sent = self._sent.setdefault(user_id, deque())
            while sent and sent[0] <= now - HOUR_SECONDS:
                sent.popleft()
            if len(sent) >= FILES_AN_HOUR:
                return sent[0] + HOUR_SECONDS - now
            sent.append(now)
            return 0
