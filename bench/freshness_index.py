"""What a look at a source is worth: the reference that `freshness` holds the product's own rule against.

A source was looked at tau ago, S(s) is its chance to be there still after s: I(tau) = integral 0..tau of S(s) - S(tau)
ds, in seconds; the look that is worth most is made first (C. Olston, S. Pandey: Recrawl scheduling based on information
longevity, WWW 2008). With a constant hazard h, I = (1 - exp(-z) * (1 + z)) / h with z = h * tau. A call that shows
several sources is worth their sum.
"""

from collections import deque
from heapq import heapify, heappop, heapreplace
from math import exp, log

_STEP = log(1.25)
"""Groups whose hazards are within a factor of 1.25 stand in one queue."""
_SMALL = 1e-3
_OVERDUE = 1e12


def value(look_age_s: float, hazard_per_s: float) -> float:
    """Return what a look at one source is worth, in seconds."""
    z = hazard_per_s * look_age_s
    return look_age_s * z / 2 if z < _SMALL else (1 - exp(-z) * (1 + z)) / hazard_per_s


class Queues:
    """Groups by hazard. In each queue the one that was looked at first is worth most: only the heads are compared."""

    def __init__(self) -> None:
        self._queues: dict[tuple[int, int], deque[tuple[float, int]]] = {}
        self._looked_at: dict[int, float] = {}

    def put(self, group: int, sources: int, hazard_per_s: float, now: float) -> None:
        """Note a look at a group of so many sources, with the sum of their hazards."""
        key = self.key(sources, hazard_per_s)
        self._looked_at[group] = now
        self._queues.setdefault(key, deque()).append((now, group))

    def take(self, now: float, count: int, longest_s: float) -> list[int]:
        """Return at most `count` groups of which looks are worth most; before all others, in the order of their last
        looks, those that were looked at `longest_s` ago."""
        heads = [entry for key, queue in self._queues.items() if (entry := self._head(key, queue, now, longest_s))]
        heapify(heads)
        taken: list[int] = []
        while heads and len(taken) < count:
            _, key = heads[0]
            queue = self._queues[key]
            taken.append(queue.popleft()[1])
            following = self._head(key, queue, now, longest_s)
            if following:
                heapreplace(heads, following)
            else:
                heappop(heads)
        return taken

    def key(self, sources: int, hazard_per_s: float) -> tuple[int, int]:
        return sources, round(log(hazard_per_s) / _STEP)

    def worth(self, key: tuple[int, int], group: int, age: float, longest_s: float) -> float:
        sources, step = key
        return sources * value(age, exp(step * _STEP) / sources) if age < longest_s else _OVERDUE + age

    def is_fresher(self, group: int, moment: float) -> bool:
        """Return whether the group was looked at after `moment`."""
        return self._looked_at[group] > moment

    def _head(
        self, key: tuple[int, int], queue: deque[tuple[float, int]], now: float, longest_s: float
    ) -> tuple[float, tuple[int, int]] | None:
        """Return (minus the worth, queue) of the first that was not looked at since it stands there."""
        while queue and self._looked_at[queue[0][1]] != queue[0][0]:
            queue.popleft()
        if not queue:
            return None
        return -self.worth(key, queue[0][1], now - queue[0][0], longest_s), key
