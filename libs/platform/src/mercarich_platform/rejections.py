"""When a partition's rejections are a bad deploy rather than bad records, so that it stops for good."""

from collections import deque

IN_A_ROW = 20
LATELY, LATELY_AT_MOST = 1_000, 50
"""Records looked back at, and how many of them may have been rejected: one in twenty."""


class Rejections:
    """Of one partition. A mix of good records and bad ones stops it too, which no row of rejections would tell."""

    def __init__(self) -> None:
        self._row = 0
        self._lately: deque[bool] = deque(maxlen=LATELY)
        self._rejected = 0
        self.stopped = False
        """Stays, until the process is another one."""

    def add(self, *, rejected: bool) -> None:
        if len(self._lately) == LATELY:
            self._rejected -= self._lately[0]
        self._lately.append(rejected)
        self._rejected += rejected
        self._row = self._row + 1 if rejected else 0
        self.stopped = self.stopped or self._row > IN_A_ROW or self._rejected > LATELY_AT_MOST
