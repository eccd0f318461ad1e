"""Decide when a partition's rejections mean a bad deploy rather than bad records, so that it must stop.

A handler that rejects what it could decode is bad code, and reading on would empty the partition into the dead letters.
A record that cannot be decoded comes from a bad producer: however many there are, reading on reaches the good ones
behind them. Only when there are no good ones, the code may be what is bad, which readiness tells.
"""

from collections import deque

NEWLY = 3
"""So many records must have been rejected, and none handled, for a new process to count as a bad deploy."""
IN_A_ROW = 20
LATELY, LATELY_AT_MOST = 1_000, 50
"""Size of the window of latest records, and how many of them may be rejected: one in twenty."""


class Rejections:
    """Rejections of one partition.

    It stops after too many in a row, and after too many among the latest, which also detects a mix of good and bad.
    Undecodable records count for neither.
    """

    def __init__(self) -> None:
        self._row = 0
        self._undecodable = 0
        self._lately: deque[bool] = deque(maxlen=LATELY)
        self._rejected = 0
        self.stopped = False
        """Never reset: only a restart of the process continues the partition."""

    def add(self, *, rejected: bool) -> None:
        if len(self._lately) == LATELY:
            self._rejected -= self._lately[0]
        self._undecodable = 0
        self._lately.append(rejected)
        self._rejected += rejected
        self._row = self._row + 1 if rejected else 0
        self.stopped = self.stopped or self._row > IN_A_ROW or self._rejected > LATELY_AT_MOST

    def add_undecodable(self) -> None:
        self._undecodable += 1

    def add_decodable(self) -> None:
        self._undecodable = 0

    @property
    def garbage_alone(self) -> bool:
        """Whether none of the latest records could be decoded; a record that can be ends it."""
        return self._undecodable > IN_A_ROW
