"""The states of each source item as a time line. The ledger judges by these time lines only."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from mercarich_simulator.shelf import MERCARI, YAHOO

KEPT_CHANGES = 500
"""Most changes kept per item. The oldest are dropped first, so that memory is bounded."""

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
"""All states of a marketplace's items. `closing` is an auction past its end time that is still open."""

BUYABLE = frozenset({"available", "closing"})


class Change(NamedTuple):
    at: float
    state: str


class Priced(NamedTuple):
    """An item's price since a time, in per cent of its first price."""

    at: float
    percent: int


class Truth:
    """Time lines of the items that ever changed. An item without one has always been available."""

    def __init__(self) -> None:
        self.lines: dict[str, dict[int, list[Change]]] = {YAHOO: {}, MERCARI: {}}
        self.relisted: dict[int, tuple[int, float]] = {}
        """Yahoo only: number of the new auction -> number of the old one, and when."""
        self.successors: dict[int, int] = {}
        self.prices: dict[str, dict[int, list[Priced]]] = {YAHOO: {}, MERCARI: {}}
        """The prices of the items that were ever repriced."""

    def state(self, marketplace: str, number: int) -> str:
        line = self.lines[marketplace].get(number)
        return line[-1].state if line else "available"

    def line(self, marketplace: str, number: int) -> list[Change]:
        return self.lines[marketplace].get(number, [])

    def put(self, marketplace: str, number: int, state: str, at: float) -> bool:
        """Record a change, at the earliest at the time of the last one. Return False when nothing changed."""
        line = self.lines[marketplace].setdefault(number, [])
        if state == (line[-1].state if line else "available"):
            if not line:
                del self.lines[marketplace][number]
            return False
        line.append(Change(max(at, line[-1].at) if line else at, state))
        del line[:-KEPT_CHANGES]
        return True

    def reprice(self, marketplace: str, number: int, percent: int, at: float) -> None:
        line = self.prices[marketplace].setdefault(number, [])
        line.append(Priced(at, percent))
        del line[:-KEPT_CHANGES]

    def percent(self, marketplace: str, number: int, at: float) -> int:
        """Return an item's price at a time, in per cent of its first price."""
        line = self.prices[marketplace].get(number, ())
        return next((priced.percent for priced in reversed(line) if priced.at <= at), 100)

    def relist(self, origin: int, new: int, at: float) -> None:
        """Relist a Yahoo item under a new number, once."""
        if origin not in self.successors:
            self.successors[origin] = new
            self.relisted[new] = (origin, at)

    def first_of(self, number: int) -> int:
        """Return the number under which an auction was listed first."""
        while number in self.relisted:
            number = self.relisted[number][0]
        return number

    def last_of(self, marketplace: str, number: int) -> int:
        """Return the number under which an item was listed last."""
        while marketplace == YAHOO and number in self.successors:
            number = self.successors[number]
        return number

    def counts(self, marketplace: str) -> dict[str, int]:
        """Return the number of changed items in each state."""
        result: dict[str, int] = defaultdict(int)
        for line in self.lines[marketplace].values():
            result[line[-1].state] += 1
        return dict(result)


def state_at(line: Sequence[Change], at: float) -> str:
    """Return the state at a time of a time line's item."""
    return next((change.state for change in reversed(line) if change.at <= at), "available")
