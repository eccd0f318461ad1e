"""How fast sources go, by what their pages show: learnt from looks in `hazard_cells`, and read by forecasts."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import DAY

PRIOR: Mapping[Marketplace, float] = {
    Marketplace.MERCARI: 0.02 / DAY.total_seconds(),
    Marketplace.YAHOO: 0.004 / DAY.total_seconds(),
}
"""Hazards per second before anything was learnt (estimates: 2 % and 0.4 % a day)."""
PRIOR_GONE = 3.0
"""Sources gone that the average hazard counts for in each cell, so that a few looks change little."""

PRICES = (1_000, 3_000, 10_000, 30_000)
"""Yen. Here and below: where a band of a cell ends and the next begins, which has the value itself."""
LIKES = (1, 5, 20)
AGES = (DAY, timedelta(days=7))


FIRST_LOOK = 10_000
"""The class (`source_items.look_class`) of a new or replaced source of an offer, until a look tells how fast it may go.
"""


class Page(NamedTuple):
    """What a page showed that tells how long the source will last. None: the page did not say."""

    price_jpy: int | None = None
    likes: int | None = None
    created_at: datetime | None = None
    end_at: datetime | None = None


@dataclass(slots=True)
class Learnt:
    """What looks at the sources of a cell have shown."""

    alive_seconds: float = 0.0
    gone: float = 0.0


@dataclass(frozen=True, slots=True)
class Hazards:
    """Hazards per second, by cell."""

    known: Mapping[str, float]
    average: float

    def of(self, cell: str) -> float:
        """Return the hazard per second of a cell; the average of the marketplace for a cell without looks."""
        return self.known.get(cell, self.average)


def hazards(prior: float, cells: Mapping[str, Learnt]) -> Hazards:
    """Return the hazards of a marketplace. A cell of which little is known has nearly that of all cells together."""
    gone = sum(learnt.gone for learnt in cells.values())
    alive = sum(learnt.alive_seconds for learnt in cells.values())
    average = (gone + PRIOR_GONE) / (alive + PRIOR_GONE / prior)
    known = {
        cell: (learnt.gone + PRIOR_GONE) / (learnt.alive_seconds + PRIOR_GONE / average)
        for cell, learnt in cells.items()
    }
    return Hazards(known, average)


def cell_of(page: Page, now: datetime) -> str:
    """Return the cell of sources that look alike."""
    age = None if page.created_at is None else now - page.created_at
    return cell(_band(page.price_jpy, PRICES), _band(page.likes, LIKES), _band(age, AGES))


@cache  # there are some hundred
def cell(price: int | None, likes: int | None, age: int | None) -> str:
    """Return the cell of these bands of price, likes and age, such as `p2 l0 a1`; x: not said."""
    bands = {"p": price, "l": likes, "a": age}
    return " ".join(f"{name}{'x' if band is None else band}" for name, band in bands.items())


def _band(value: Any, limits: Sequence[Any]) -> int | None:
    return None if value is None else bisect_right(limits, value)
