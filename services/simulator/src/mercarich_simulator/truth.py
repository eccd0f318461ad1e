"""What became of each source item, as a time line of states. The ledger believes nothing else."""

from collections import defaultdict
from typing import NamedTuple

from mercarich_simulator.shelf import MERCARI, YAHOO

KEPT_CHANGES = 500
"""Changes kept for an item; the oldest fall away, so that memory is bounded."""

STATES: dict[str, frozenset[str]] = {
    YAHOO: frozenset({"available", "closing", "sold", "ended", "cancelled", "suspended", "deleted", "auction", "flea"}),
    MERCARI: frozenset(
        {
            "available",
            "trading",
            "sold",
            "cancelled",
            "admin_cancelled",
            "suspended",
            "deleted",
            "auction",
            "no_price",
        }
    ),
}
"""Every state an item of a marketplace can be in; `closing` is past its end time and still open."""

BUYABLE = frozenset({"available", "closing"})


class Change(NamedTuple):
    at: float
    state: str


class Truth:
    """Time lines of the items that ever changed; an item without one is available and always was."""

    def __init__(self) -> None:
        self.lines: dict[str, dict[int, list[Change]]] = {YAHOO: {}, MERCARI: {}}
        self.relisted: dict[int, tuple[int, float]] = {}
        """Yahoo only: number of the new auction -> number of the old one, and when."""
        self.successors: dict[int, int] = {}
        self.prices: dict[str, dict[int, int]] = {YAHOO: {}, MERCARI: {}}
        """Per cent of its first price that an item costs now; it says nothing of its stock."""

    def state(self, marketplace: str, number: int) -> str:
        line = self.lines[marketplace].get(number)
        return line[-1].state if line else "available"

    def line(self, marketplace: str, number: int) -> list[Change]:
        return self.lines[marketplace].get(number, [])

    def put(self, marketplace: str, number: int, state: str, at: float) -> bool:
        """Writes a change, never before the last one. False when nothing changed."""
        line = self.lines[marketplace].setdefault(number, [])
        if state == (line[-1].state if line else "available"):
            if not line:
                del self.lines[marketplace][number]
            return False
        line.append(Change(max(at, line[-1].at) if line else at, state))
        del line[:-KEPT_CHANGES]
        return True

    def relist(self, origin: int, new: int, at: float) -> None:
        """Puts a Yahoo item up again under a new number, once."""
        if origin not in self.successors:
            self.successors[origin] = new
            self.relisted[new] = (origin, at)

    def counts(self, marketplace: str) -> dict[str, int]:
        """How many of the items that ever changed are in each state."""
        result: dict[str, int] = defaultdict(int)
        for line in self.lines[marketplace].values():
            result[line[-1].state] += 1
        return dict(result)
