"""The last day of the system in steps of minutes, kept in the database: what charts for operators are drawn from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

STEP = timedelta(minutes=5)
KEPT_FOR = timedelta(days=8)
"""A week, so that a day can be compared with the same day of the week before."""
SHOWN = timedelta(days=1)
WIDTH, HEIGHT = 480, 80
"""Of a chart in units of its view box."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a step of a marketplace ended with; None: it was not known. `at`: the end of the step."""

    at: datetime
    marketplace: str
    looks: int
    """Sources on which a look in the step found a known state."""
    lag: int | None
    """Records of checks that wait in Kafka."""
    oldest_seconds: float | None
    """The age of the oldest look at a source on sale."""
    push_seconds: float
    """The age of the oldest withdrawal that was to reach Amazon; 0: there was none."""


@dataclass(frozen=True, slots=True)
class Line:
    """A series of a chart."""

    parts: Sequence[str]
    """Points for `polyline`; a new part begins after a gap."""
    last: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    name: str
    lines: Sequence[Line]
    """One of each marketplace, or one of the whole system."""
    most: float


@dataclass(frozen=True, slots=True)
class Hour:
    """The last sample of an hour, for who reads a table."""

    at: datetime
    marketplace: str
    values: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Day:
    begins: datetime
    marketplaces: Sequence[str]
    """In the order of each chart's lines."""
    charts: Sequence[Chart]
    hours: Sequence[Hour]
    """Newest first."""


def step_of(now: datetime) -> datetime:
    """Return the end of the last whole step."""
    return datetime.fromtimestamp(now.timestamp() // STEP.total_seconds() * STEP.total_seconds(), now.tzinfo)


VALUES: Mapping[str, Callable[[Sample], float | None]] = {
    "looks": lambda one: one.looks / (STEP / timedelta(minutes=1)),
    "lag": lambda one: one.lag,
    "oldest": lambda one: None if one.oldest_seconds is None else one.oldest_seconds / 3600,
    "pushes": lambda one: one.push_seconds / 60,
}
"""By chart: looks a minute, records, hours, minutes."""
OF_ALL = frozenset({"pushes"})
"""Charts of the whole system: the samples of all marketplaces say the same."""


def day(samples: Sequence[Sample], now: datetime) -> Day:
    """Return the day that these samples tell of, oldest first. What was not known is a gap."""
    begins = now - SHOWN
    names = sorted({one.marketplace for one in samples})
    of = {name: [one for one in samples if one.marketplace == name] for name in names}
    charts = []
    for name, value in VALUES.items():
        most = max([1.0, *(amount for one in samples if (amount := value(one)) is not None)])
        drawn = names[:1] if name in OF_ALL else names
        charts.append(Chart(name, [_line(of[each], value, begins, most) for each in drawn], most))
    hours = {(one.at.replace(minute=0), one.marketplace): one for one in samples}
    told = [
        Hour(one.at, one.marketplace, {name: value(one) for name, value in VALUES.items()}) for one in hours.values()
    ]
    return Day(begins, names, charts, told[::-1])


def _line(samples: Sequence[Sample], value: Callable[[Sample], float | None], begins: datetime, most: float) -> Line:
    parts: list[list[str]] = []
    before: datetime | None = None
    for one in samples:
        amount = value(one)
        if amount is None:
            continue
        if before is None or one.at - before > STEP:
            parts.append([])
        x = WIDTH * ((one.at - begins) / SHOWN)
        parts[-1].append(f"{x:.1f},{HEIGHT - 2 - (HEIGHT - 6) * amount / most:.1f}")
        before = one.at
    return Line([" ".join(points) for points in parts], value(samples[-1]))
