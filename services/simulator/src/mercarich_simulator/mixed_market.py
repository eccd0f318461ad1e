"""The events of a mixed market: each item goes by its own hazard, or at its auction's end, and others are listed."""

from mercarich_simulator.arrivals import Arrivals
from mercarich_simulator.catalogue import CANARIES, MARKETPLACES, Catalogue
from mercarich_simulator.events import BACK, RELISTED, TRADE_SECONDS, TRADES_THAT_FAIL, MarketEvents
from mercarich_simulator.fates import Fates
from mercarich_simulator.truth import BUYABLE, Truth

_GOES, _COMES = "goes", "comes"
_OPEN = BUYABLE | {"auction"}
"""States that last until the listing ends: what can be had by bids alone ends as well."""
_BACK_AFTER = {"suspended": 86_400.0}
"""Seconds until an item in such a state is for sale again."""


class MixedEvents(MarketEvents):
    """`MarketEvents` in which no item is like another. Forced events are as in a flat market."""

    def __init__(self, catalogue: Catalogue, truth: Truth, start_at: float) -> None:
        super().__init__(catalogue, truth, start_at, per_second=0.0)
        self.fates = Fates(catalogue, truth)
        self.fates.begin()
        self.arrivals = Arrivals(catalogue, truth, self.fates)
        for marketplace in MARKETPLACES:
            for number in range(catalogue.shelves[marketplace].size - CANARIES):
                self._expect(marketplace, number)
            self._expect_another(marketplace, start_at)

    def go_on(self, now: float) -> None:
        """Go on from a state file, whose fates and events are there."""
        self.arrivals.restore()
        for marketplace in MARKETPLACES:
            if not any(event.kind == _COMES and event.marketplace == marketplace for event in self.scheduled):
                self._expect_another(marketplace, now)  # Files of earlier releases tell of none.

    def _happen(self, marketplace: str, number: int, kind: str, at: float) -> None:
        if kind == _COMES:
            self._expect(marketplace, self.arrivals.come(marketplace, at))
            self._expect_another(marketplace, at)
            return
        name, _, turn = kind.partition(":")
        if name == _GOES:
            self._go(marketplace, number, int(turn), at)
            return
        relisted = kind == RELISTED and number not in self._truth.successors
        was_gone = self._truth.state(marketplace, number) not in BUYABLE
        super()._happen(marketplace, number, kind, at)
        if relisted:
            number = self._truth.successors[number]
        if relisted or (kind == BACK and was_gone):
            self.fates.list_again(marketplace, number, at)
            self._expect(marketplace, number)

    def _go(self, marketplace: str, number: int, turn: int, at: float) -> None:
        """Let the item go, unless somebody took it before or its listing is not the current one."""
        fate = self.fates.of(marketplace, number)
        if fate is None or turn != self._turn(marketplace, number):
            return
        if self._truth.state(marketplace, number) not in _OPEN:
            return
        self._truth.put(marketplace, number, fate.state, at)
        if fate.state == "trading":
            fails = self.random.random() < TRADES_THAT_FAIL
            self.plan(at + TRADE_SECONDS, marketplace, number, BACK if fails else "sold")
        elif fate.state in _BACK_AFTER:
            self.plan(at + _BACK_AFTER[fate.state], marketplace, number, BACK)
        if fate.relisted_at is not None:
            self.plan(fate.relisted_at, marketplace, number, RELISTED)

    def _expect(self, marketplace: str, number: int) -> None:
        fate = self.fates.of(marketplace, number)
        if fate is not None:
            self.plan(fate.gone_at, marketplace, number, f"{_GOES}:{self._turn(marketplace, number)}")

    def _expect_another(self, marketplace: str, after: float) -> None:
        at = self.arrivals.next_at(marketplace, after)
        if at < float("inf"):
            self.plan(at, marketplace, 0, _COMES)

    def _turn(self, marketplace: str, number: int) -> int:
        return self.fates.rounds[marketplace].get(number, (0, 0.0))[0]
