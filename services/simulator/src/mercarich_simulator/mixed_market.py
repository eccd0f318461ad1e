"""The events of a mixed market: each item goes by its own hazard, or at its auction's end."""

from random import Random

from mercarich_simulator.catalogue import CANARIES, MARKETPLACES, Catalogue
from mercarich_simulator.events import BACK, RELISTED, TRADE_SECONDS, TRADES_THAT_FAIL, MarketEvents
from mercarich_simulator.fates import Fate, Listed, draw, fresh, standing
from mercarich_simulator.hazards import Traits, hazard, traits
from mercarich_simulator.shelf import MERCARI, YAHOO
from mercarich_simulator.truth import BUYABLE, Truth

_GOES = "goes"
_BACK_AFTER = {"suspended": 86_400.0}
"""Seconds until an item in such a state is for sale again."""


class Fates:
    """The fate of each item's current listing, drawn from the seed. Canaries have none."""

    def __init__(self, catalogue: Catalogue, truth: Truth) -> None:
        self._catalogue = catalogue
        self._truth = truth
        self.rounds: dict[str, dict[int, tuple[int, float]]] = {YAHOO: {}, MERCARI: {}}
        """Of items that were listed since the market began: how often, and when last."""
        self._current: dict[str, dict[int, Fate]] = {YAHOO: {}, MERCARI: {}}

    def begin(self) -> None:
        """Draw the fates of all items that are there when the market begins."""
        start = self._catalogue.start_at
        for marketplace, shelf in self._catalogue.shelves.items():
            for number in range(shelf.size - CANARIES):
                chance = self._chance("fate", marketplace, number, 0)
                listed = (
                    Listed(self._catalogue.item(marketplace, number).created_at)
                    if marketplace == MERCARI
                    else standing(chance, marketplace, start)
                )
                self._draw(chance, marketplace, number, listed, start)

    def of(self, marketplace: str, number: int) -> Fate | None:
        return self._current[marketplace].get(number)

    def traits(self, marketplace: str, number: int) -> Traits:
        """Return the traits of an item; a relisted one has those of its first listing."""
        origin = self._truth.first_of(number) if marketplace == YAHOO else number
        price = self._catalogue.item(marketplace, origin).payable
        return traits(self._chance("traits", marketplace, origin), price)

    def list_again(self, marketplace: str, number: int, at: float) -> Fate:
        """Begin a new listing of the item at `at`, and return its fate."""
        turn = self.rounds[marketplace].get(number, (0, 0.0))[0] + 1
        return self.restore(marketplace, number, turn, at)

    def restore(self, marketplace: str, number: int, turn: int, at: float) -> Fate:
        """Draw listing `turn` of an item, which began at `at`, as it was drawn before."""
        self.rounds[marketplace][number] = (turn, at)
        chance = self._chance("fate", marketplace, number, turn)
        return self._draw(chance, marketplace, number, fresh(chance, marketplace, at), at)

    def _draw(self, chance: Random, marketplace: str, number: int, listed: Listed, now: float) -> Fate:
        rate = hazard(marketplace, self.traits(marketplace, number), self._catalogue.settings.sigma)
        fate = draw(chance, marketplace, rate, listed, now)
        self._current[marketplace][number] = fate
        return fate

    def _chance(self, *parts: object) -> Random:
        return Random(":".join(map(str, (self._catalogue.settings.seed, *parts))))


class MixedEvents(MarketEvents):
    """`MarketEvents` in which no item is like another. Forced events are as in a flat market."""

    def __init__(self, catalogue: Catalogue, truth: Truth, start_at: float) -> None:
        super().__init__(catalogue, truth, start_at, per_second=0.0)
        self.fates = Fates(catalogue, truth)
        self.fates.begin()
        for marketplace in MARKETPLACES:
            for number in range(catalogue.shelves[marketplace].size - CANARIES):
                self._expect(marketplace, number)

    def _happen(self, marketplace: str, number: int, kind: str, at: float) -> None:
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
        if self._truth.state(marketplace, number) not in BUYABLE:
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

    def _turn(self, marketplace: str, number: int) -> int:
        return self.fates.rounds[marketplace].get(number, (0, 0.0))[0]
