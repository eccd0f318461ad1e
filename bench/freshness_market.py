"""A market for `freshness`: items drawn as the simulator draws them, looks at a rate, and what is measured of them.

A source that was seen gone is replaced at once: by its relisting, where there is one, else by another item.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple, Protocol

from mercarich_contracts.hazards import Page
from mercarich_simulator.fates import Fate, Listed, draw, fresh, standing
from mercarich_simulator.hazards import DAY, Traits, age_factor, hazard, traits
from mercarich_simulator.shelf import MERCARI, Shelf

START = 1_799_938_800.0
"""Midnight JST."""
SELLERS = 20
"""Listing N is of seller N modulo this, as in the simulator."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One market of one marketplace."""

    marketplace: str
    sources: int
    mixed: bool = True
    source_sellers: str = "long_tail"
    """As in the simulator; `none` = each source has a seller of its own."""
    flat_a_day: float = 0.02
    """Where it is not mixed, the hazard of each source: pages tell nothing then, and auctions do not end."""


class Answer(NamedTuple):
    """What a look has shown."""

    gone: bool
    page: Page
    """Of the source, or of the one that replaces it."""


class Policy(Protocol):
    """Chooses whom to look at next."""

    def next(self, now: float) -> Sequence[int]:
        """Return the sources for the call that may be made now; none = let it pass."""
        ...

    def seen(self, source: int, answer: Answer, now: float) -> None:
        """Take note of what a look has shown."""
        ...


class Market:
    """The sources of one marketplace. `fates` and `traits` are the truth; only the oracle uses more than pages."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self.kind = kind
        self._seed = seed
        self._turns = [0] * kind.sources
        self._pages: list[Page | None] = [None] * kind.sources
        """Of each source as it was listed, once it was asked for."""
        self.groups = _groups(kind)
        """Sources that one call returns, in each group."""
        self.prices: list[int] = []
        self.traits: list[Traits] = []
        self.fates: list[Fate] = []
        for source in range(kind.sources):
            chance = self._chance(source)
            self.prices.append(_price(chance))
            self.traits.append(traits(chance, self.prices[source]))
            self.fates.append(self._fate(chance, self.traits[source], standing(chance, kind.marketplace, START), START))

    def look(self, source: int, now: float) -> Answer:
        """Return what a look shows, and replace a source that is gone."""
        fate = self.fates[source]
        gone = fate.gone_at <= now
        if gone:
            self._replace(source, fate, now)
        return Answer(gone, self.page(source, now))

    def page(self, source: int, now: float) -> Page:
        """Return what the page of a source that is for sale shows."""
        page, fate = self._pages[source], self.fates[source]
        if page is None:
            end = fate.listed.end
            page = self._pages[source] = Page(
                price_jpy=self.prices[source],
                likes=self.traits[source].likes,
                created_at=datetime.fromtimestamp(fate.listed.at, UTC),
                end_at=None if end is None else datetime.fromtimestamp(end, UTC),
            )
        if not fate.bids:
            return page
        shown = fate.end_at(now) or 0.0
        return page._replace(end_at=datetime.fromtimestamp(shown, UTC))

    def true_hazard(self, source: int, now: float) -> float:
        """Return the hazard in 1/s at the source's age, as the mean over a day."""
        fate = self.fates[source]
        return fate.hazard_per_s * (age_factor(now - fate.listed.at) if self.kind.mixed else 1.0)

    def _replace(self, source: int, fate: Fate, now: float) -> None:
        self._turns[source] += 1
        self._pages[source] = None
        chance = self._chance(source)
        if fate.relisted_at is not None:
            listed = fresh(chance, self.kind.marketplace, now)
        else:
            self.prices[source] = _price(chance)
            self.traits[source] = traits(chance, self.prices[source])
            listed = standing(chance, self.kind.marketplace, now)
        self.fates[source] = self._fate(chance, self.traits[source], listed, now)

    def _fate(self, chance: Random, item: Traits, listed: Listed, now: float) -> Fate:
        if self.kind.mixed:
            return draw(chance, self.kind.marketplace, hazard(self.kind.marketplace, item), listed, now)
        rate = self.kind.flat_a_day / DAY
        return Fate(Listed(listed.at), rate, now + chance.expovariate(rate), "sold")

    def _chance(self, source: int) -> Random:
        return Random(f"{self._seed}:{self.kind.marketplace}:{source}:{self._turns[source]}")


@dataclass
class Measures:
    """What was counted. Times are seconds."""

    by_sale: list[float] = field(default_factory=list)
    """From each going before an end to the look that saw it."""
    by_end: list[float] = field(default_factory=list)
    """The same for those that went by an auction's end."""
    exposed: list[float] = field(default_factory=lambda: [0.0] * SELLERS)
    """Seconds in which sources were gone and nobody had seen it, of each seller."""
    offer_hours: float = 0.0
    oldest: float = 0.0
    """Longest time between two looks at a source."""
    requests: int = 0
    looks: int = 0

    def __add__(self, other: "Measures") -> "Measures":
        return Measures(
            by_sale=self.by_sale + other.by_sale,
            by_end=self.by_end + other.by_end,
            exposed=[mine + its for mine, its in zip(self.exposed, other.exposed, strict=True)],
            offer_hours=self.offer_hours + other.offer_hours,
            oldest=max(self.oldest, other.oldest),
            requests=self.requests + other.requests,
            looks=self.looks + other.looks,
        )

    @property
    def waits(self) -> list[float]:
        return self.by_sale + self.by_end

    @property
    def exposure(self) -> float:
        """Exposed seconds for each 1,000 offer-hours."""
        return sum(self.exposed) / self.offer_hours * 1_000

    @property
    def worst_seller(self) -> float:
        """The exposure of the worst seller, divided by the mean."""
        return max(self.exposed) * len(self.exposed) / sum(self.exposed)


def play(market: Market, policy: Policy, rate: float, days: float, warm_up_days: float = 1.0) -> Measures:
    """Let a policy look, at `rate` calls a second, and return what was counted after the warm-up."""
    begin = START + warm_up_days * DAY
    end = begin + days * DAY
    sources, found = market.kind.sources, Measures()
    last = [START] * sources
    step = 1 / rate
    for call in range(1, int((end - START) * rate) + 1):
        now = START + call * step
        chosen = policy.next(now)
        if not chosen:
            continue
        counts = now >= begin
        if counts:
            found.requests += 1
            found.looks += len(chosen)
        for source in chosen:
            fate = market.fates[source]
            if fate.gone_at <= now and counts:
                _count(found, source, fate, now, begin)
            if counts and now - last[source] > found.oldest:
                found.oldest = now - last[source]
            last[source] = now
            policy.seen(source, market.look(source, now), now)
    for source, fate in enumerate(market.fates):
        if fate.gone_at < end:
            found.exposed[source % SELLERS] += end - max(fate.gone_at, begin)
        found.oldest = max(found.oldest, end - last[source])
    found.offer_hours = sources * days * 24
    return found


def _count(found: Measures, source: int, fate: Fate, now: float, begin: float) -> None:
    (found.by_end if fate.by_end else found.by_sale).append(now - fate.gone_at)
    found.exposed[source % SELLERS] += now - max(fate.gone_at, begin)


def _price(chance: Random) -> int:
    """Return a price in yen, as the simulator's catalogue has them."""
    return 500 + chance.randrange(49_500)


def _groups(kind: Kind) -> list[list[int]]:
    """Return the sources by call: Mercari's ordinary sellers with all that they have, everything else alone."""
    if kind.marketplace != MERCARI or kind.source_sellers == "none":
        return [[source] for source in range(kind.sources)]
    shelf = Shelf(kind.sources * 10 // 9 + 1, 0, source_sellers=kind.source_sellers)
    groups: list[list[int]] = []
    of_seller: dict[int, list[int]] = {}
    for source in range(kind.sources):
        seller, sort = shelf.seller_of(source)
        if sort == "shops" or seller not in of_seller:
            groups.append([source])
            of_seller[seller] = groups[-1]
        else:
            of_seller[seller].append(source)
    return groups
