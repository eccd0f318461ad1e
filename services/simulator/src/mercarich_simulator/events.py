"""The events of the market: random ones from the seed, along the clock, and events forced by a test."""

import heapq
import random
from collections.abc import Iterable
from typing import NamedTuple

from mercarich_simulator.catalogue import Catalogue
from mercarich_simulator.identity import entropy
from mercarich_simulator.shelf import MERCARI, YAHOO
from mercarich_simulator.truth import BUYABLE, STATES, Truth

BACK = "back"
"""The item is for sale again under its own id: a cancelled trade, a lifted suspension."""
RELISTED = "relisted"
"""Yahoo: the seller lists the piece again, under a new id."""
REPRICED = "repriced"
"""The seller changes the price, to 70 to 129 per cent of the first one."""

CHANCES = {
    YAHOO: (("sold", 55), ("ended", 25), ("cancelled", 10), ("deleted", 7), ("suspended", 3)),
    MERCARI: (
        ("trading", 60),
        ("sold", 20),
        ("cancelled", 8),
        ("deleted", 5),
        ("suspended", 5),
        ("admin_cancelled", 2),
    ),
}
TRADE_SECONDS = 2 * 86_400
TRADES_THAT_FAIL = 0.08


class Scheduled(NamedTuple):
    at: float
    order: int
    marketplace: str
    number: int
    kind: str


class MarketEvents:
    """Applies events to the truth, each at its own time."""

    def __init__(self, catalogue: Catalogue, truth: Truth, start_at: float, per_second: float | None = None) -> None:
        """`per_second`: how many random events there are in a second; None = as the settings say."""
        settings = catalogue.settings
        self._catalogue = catalogue
        self._truth = truth
        self._listed = [(name, shelf.sources) for name, shelf in catalogue.shelves.items() if shelf.sources]
        churn = settings.churn_per_hour * sum(count for _, count in self._listed) / 3_600
        self._per_second = churn if per_second is None else per_second
        self.random = random.Random(settings.seed)
        self.scheduled: list[Scheduled] = []
        self.order = 0
        self.next_chance = self._after(start_at)

    def settle(self, now: float) -> None:
        """Apply all events that are due at `now`."""
        while True:
            chance, planned = self.next_chance, self.scheduled[0].at if self.scheduled else float("inf")
            if min(chance, planned) > now:
                return
            if planned <= chance:
                event = heapq.heappop(self.scheduled)
                self._happen(event.marketplace, event.number, event.kind, event.at)
            else:
                self._chance(chance)
                self.next_chance = self._after(chance)

    def go_on(self, now: float) -> None:
        """Go on from a state file at `now`; Unix seconds."""

    def force(self, marketplace: str, numbers: Iterable[int], kind: str, at: float, now: float) -> int:
        """Schedule event `kind` for the items at time `at`, or apply it when that is now. Return the number of items.

        Raise ValueError when the marketplace knows no such event.
        """
        known_kinds = {*STATES[marketplace], BACK, REPRICED, *([RELISTED] if marketplace == YAHOO else [])}
        if kind not in known_kinds:
            known = ", ".join(sorted(known_kinds))
            raise ValueError(f"event of {marketplace} must be one of {known}, not {kind!r}")
        count = 0
        for number in numbers:
            self.plan(at, marketplace, number, kind)
            count += 1
        self.settle(now)
        return count

    def buyable(self, marketplace: str) -> list[int]:
        """Return the numbers of the listed items that can be bought now."""
        lines = self._truth.lines[marketplace]
        return [
            number
            for number in range(self._catalogue.shelves[marketplace].sources)
            if number not in lines or lines[number][-1].state in BUYABLE
        ]

    def _chance(self, at: float) -> None:
        pick = self.random.randrange(sum(count for _, count in self._listed))
        marketplace, number = self._listed[0][0], pick
        if pick >= self._listed[0][1]:
            marketplace, number = self._listed[1][0], pick - self._listed[0][1]
        names, weights = zip(*CHANCES[marketplace], strict=True)
        kind = self.random.choices(names, weights)[0]
        fails = self.random.random() < TRADES_THAT_FAIL
        state = self._truth.state(marketplace, number)
        if state not in BUYABLE:
            self._second_life(marketplace, number, state, at)
            return
        self._happen(marketplace, number, kind, at)
        if kind == "trading":
            self.plan(at + TRADE_SECONDS, marketplace, number, BACK if fails else "sold")

    def _second_life(self, marketplace: str, number: int, state: str, at: float) -> None:
        if marketplace == YAHOO and state in {"ended", "cancelled"}:
            self._happen(marketplace, number, RELISTED, at)
        elif state == "suspended":
            self._happen(marketplace, number, BACK, at)

    def _happen(self, marketplace: str, number: int, kind: str, at: float) -> None:
        if kind == RELISTED:
            new = self._catalogue.shelves[YAHOO].size + len(self._truth.relisted)
            self._truth.relist(number, new, at)
            return
        if kind == REPRICED:
            chance = entropy(self._catalogue.settings.seed, "price", marketplace, number, at)
            percent = (70 if chance[0] % 2 else 110) + chance[1] % 20
            self._truth.reprice(marketplace, number, percent, at)
            return
        self._truth.put(marketplace, number, "available" if kind == BACK else kind, at)

    def plan(self, at: float, marketplace: str, number: int, kind: str) -> None:
        """Let an event happen at `at`."""
        self.order += 1
        heapq.heappush(self.scheduled, Scheduled(at, self.order, marketplace, number, kind))

    def _after(self, moment: float) -> float:
        return moment + self.random.expovariate(self._per_second) if self._per_second else float("inf")


def settle_beginning(catalogue: Catalogue, truth: Truth) -> None:
    """Record the states before the first look: canaries that are gone, and the share of sources that has sold."""
    share, start = catalogue.settings.already_sold, catalogue.start_at
    for marketplace, shelf in catalogue.shelves.items():
        for number in (shelf.size - 2, shelf.size - 1):
            truth.put(marketplace, number, "sold", start - 30 * 86_400)
        chance = random.Random(f"{catalogue.settings.seed}:{marketplace}")
        keep = catalogue.restore_sources(marketplace)
        for number in sorted(chance.sample(range(shelf.sources), round(shelf.sources * share))):
            if number not in keep:
                truth.put(marketplace, number, "sold", start - 1 - chance.random() * 6 * 3_600)
