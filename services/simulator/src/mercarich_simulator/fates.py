"""What becomes of an item in one listing: when and how it goes, the bids before, and the end that its page shows."""

from dataclasses import dataclass
from random import Random

from mercarich_simulator.catalogue import CANARIES, Catalogue
from mercarich_simulator.events import CHANCES
from mercarich_simulator.hazards import DAY, Traits, busy, gone_at, hazard, moment_of, traits
from mercarich_simulator.shelf import MERCARI, YAHOO
from mercarich_simulator.truth import Truth

GOES = {
    YAHOO: (("sold", 80), ("cancelled", 12), ("deleted", 6), ("suspended", 2)),
    MERCARI: CHANCES[MERCARI],
}
"""The states into which items go without an auction's end, and their weights."""
_OLDEST = 20 * DAY
"""Items of Mercari that are for sale are up to so old."""
_SHORTEST, _LONGEST = 2 * DAY, 7 * DAY
"""How long auctions are open."""
WITH_BIDS = 0.15
"""Share of the auctions that somebody bids on, unless they are bought out before."""
_MORE_BIDS = 0.6
"""Chance of one more bid after each."""
_LATE_BID = 0.3
"""Share of the auctions with bids that get one in the last five minutes."""
EXTENSION = 300.0
"""A bid in the last five minutes lets the auction end five minutes after it (automatic extension)."""
_OUTBID = 0.5
"""Chance that somebody bids again in an extension."""
RELISTED = 0.7
"""Share of the auctions without a bid that are listed again, under a new id."""
_RELISTED_WITHIN = 6 * 3_600.0


@dataclass(frozen=True, slots=True)
class Listed:
    """One listing of an item, in Unix seconds."""

    at: float
    end: float | None = None
    """When the auction ends if nobody bids late; None at Mercari, whose items have no end."""


@dataclass(frozen=True, slots=True)
class Fate:
    """One listing from its beginning to its going. Times are Unix seconds."""

    listed: Listed
    hazard_per_s: float
    """At an age of three days and more, as the mean over a day."""
    gone_at: float
    state: str
    """The state of the source into which it goes."""
    bids: tuple[float, ...] = ()
    """When each bid comes, in order. A buy-out is none."""
    relisted_at: float | None = None
    """When its seller lists it again, under a new id."""

    @property
    def by_end(self) -> bool:
        """Whether it goes by the auction's end."""
        return self.gone_at == self.end_at(self.gone_at)

    def end_at(self, now: float) -> float | None:
        """Return the end that the page shows at `now`, extensions so far included."""
        end = self.listed.end
        if end is None:
            return None
        for bid in self.bids:
            if bid <= now and end - bid < EXTENSION:
                end = bid + EXTENSION
        return end

    def bids_until(self, now: float) -> int:
        return sum(bid <= now for bid in self.bids)


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


def standing(chance: Random, marketplace: str, now: float) -> Listed:
    """Return the listing of an item that is for sale at `now`: it was listed some time ago, and its auction is open."""
    if marketplace == MERCARI:
        return Listed(now - chance.random() * _OLDEST)
    length = chance.uniform(_SHORTEST, _LONGEST)
    begin = busy(now) - chance.random() * length
    return Listed(moment_of(begin), moment_of(begin + length))


def fresh(chance: Random, marketplace: str, now: float) -> Listed:
    """Return a listing that begins at `now`. Auctions end as the market is busy: most in the evening."""
    if marketplace == MERCARI:
        return Listed(now)
    return Listed(now, moment_of(busy(now) + chance.uniform(_SHORTEST, _LONGEST)))


def draw(chance: Random, marketplace: str, hazard_per_s: float, listed: Listed, now: float) -> Fate:
    """Return the fate of a listing that is still there at `now`."""
    bought = gone_at(chance, hazard_per_s, listed.at, now)
    names, weights = zip(*GOES[marketplace], strict=True)
    state = chance.choices(names, weights)[0]
    if listed.end is None:
        return Fate(listed, hazard_per_s, bought, state)
    bids = _bids(chance, listed)
    unsold = Fate(listed, hazard_per_s, bought, "ended", bids)
    end = unsold.end_at(float("inf"))
    assert end is not None
    if bought < end:
        return Fate(listed, hazard_per_s, bought, state, tuple(bid for bid in bids if bid < bought))
    relisted = not bids and chance.random() < RELISTED
    later = end + 60.0 + chance.random() * _RELISTED_WITHIN if relisted else None
    return Fate(listed, hazard_per_s, end, "sold" if bids else "ended", bids, later)


def _bids(chance: Random, listed: Listed) -> tuple[float, ...]:
    """Return when bids come: most on the last day, some in the last five minutes and in each extension."""
    assert listed.end is not None
    if chance.random() >= WITH_BIDS:
        return ()
    times = [_before_end(chance, listed)]
    while chance.random() < _MORE_BIDS:
        times.append(_before_end(chance, listed))
    times.sort()
    if chance.random() < _LATE_BID:
        times.append(listed.end - chance.random() * EXTENSION)
        while chance.random() < _OUTBID:
            times.append(times[-1] + chance.random() * EXTENSION)
    return tuple(times)


def _before_end(chance: Random, listed: Listed) -> float:
    """Return a time before the last five minutes, a day before the end on average, as far as the auction was open."""
    assert listed.end is not None
    last = listed.end - EXTENSION
    return max(listed.at, last - chance.expovariate(1 / DAY) % (last - listed.at))
