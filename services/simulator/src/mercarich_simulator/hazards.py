"""The hazards of a mixed market: how likely an item is to go, by what its page shows, its age and the hour.

hazard = exp(log median + sigma * (0.8 * shown + 0.6 * hidden)) * factor of its age * factor of the hour. `shown` comes
from price band and likes, `hidden` is a standard normal that no page shows; both have about mean 0 and standard
deviation 1.
"""

from dataclasses import dataclass
from math import exp, log, log1p
from random import Random

from mercarich_simulator.shelf import MERCARI, YAHOO

DAY = 86_400.0
MEDIAN_A_DAY = {MERCARI: 0.02, YAHOO: 0.004}
"""Median share of the items that go in a day before any end, at an age of three days or more."""
SIGMA = 1.4
"""Standard deviation of the logarithm of the hazard; 0 = all items alike."""

BANDS = (5_000, 15_000, 30_000)
"""Upper bounds of the price bands in yen; what is dearer is in the last one."""
_CHEAPER, _LIKED = 0.6, 0.75
"""What a band below, and a unit of log(1 + likes), add to `shown` before it is made standard."""
_MEAN, _DEVIATION = 1.21, 0.84
"""Of that sum, over the catalogue's prices and the likes."""
AGES = ((DAY, 3.0), (3 * DAY, 1.5), (float("inf"), 1.0))
"""Ages in seconds since the item was listed, and the factor up to each."""

_JST = 9 * 3_600.0
_EVENING_FROM = 20 * 3_600.0
"""From 20:00 to 24:00 JST it is busier."""
EVENING = 2.5
"""The factor then. The rest of the day has what is left, so that the mean of a day is 1."""
_REST = (DAY - (DAY - _EVENING_FROM) * EVENING) / _EVENING_FROM


@dataclass(frozen=True, slots=True)
class Traits:
    """What an item's chance to go depends on, besides its marketplace, its age and the hour."""

    band: int
    likes: int
    hidden: float


def traits(chance: Random, price: int) -> Traits:
    """Return the traits of an item of this price in yen: its likes, most have few, and what no page shows."""
    return Traits(band_of(price), _poisson(chance, min(exp(chance.gauss(0.3, 1.0)), 200.0)), chance.gauss(0.0, 1.0))


def band_of(price: int) -> int:
    return sum(price >= bound for bound in BANDS)


def hazard(marketplace: str, item: Traits, sigma: float = SIGMA) -> float:
    """Return the hazard in 1/s of an item that is older than three days, as the mean over a day."""
    shown = (_CHEAPER * (len(BANDS) - item.band) + _LIKED * log1p(item.likes) - _MEAN) / _DEVIATION
    return exp(log(MEDIAN_A_DAY[marketplace] / DAY) + sigma * (0.8 * shown + 0.6 * item.hidden))


def age_factor(age: float) -> float:
    """Return the factor at an age in seconds."""
    return next(factor for until, factor in AGES if age < until)


def busy(moment: float) -> float:
    """Return a time in seconds that runs as fast as the market is busy: a day is as long, its evening is longer."""
    days, second = divmod(moment + _JST, DAY)
    before = min(second, _EVENING_FROM) * _REST + max(0.0, second - _EVENING_FROM) * EVENING
    return days * DAY + before


def moment_of(busy_seconds: float) -> float:
    """Return the Unix time at which `busy` is `busy_seconds`."""
    days, second = divmod(busy_seconds, DAY)
    quiet = _EVENING_FROM * _REST
    after = second / _REST if second <= quiet else _EVENING_FROM + (second - quiet) / EVENING
    return days * DAY + after - _JST


def gone_at(chance: Random, hazard_per_s: float, listed_at: float, now: float) -> float:
    """Return when an item goes that is still there at `now`; Unix seconds."""
    left, begin = chance.expovariate(1.0), now
    for until, factor in AGES:
        rate = hazard_per_s * factor
        end = listed_at + until
        if end <= begin:
            continue
        amount = rate * (busy(end) - busy(begin)) if end < float("inf") else float("inf")
        if left <= amount:
            return moment_of(busy(begin) + left / rate)
        left, begin = left - amount, end
    raise AssertionError("the last age has no end")


def _poisson(chance: Random, mean: float) -> int:
    """Return a Poisson variate (the random module has none): the arrivals of a process of rate 1 until `mean`."""
    count, at = 0, chance.expovariate(1.0)
    while at < mean:
        count, at = count + 1, at + chance.expovariate(1.0)
    return count
