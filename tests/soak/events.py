"""What happens in a week: events with a moment, and those that last."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.soak.families import Family
from tests.soak.kernel import Kernel, Process

DAY = 86_400.0
MINUTE = 60.0
CHECKS = (0.0, 6.0, 12.0, 18.0)
"""Hours at which checks begin."""
SLOTS = (*CHECKS, 8.84, 11.84, 20.84, 23.84)
"""Hours at which checks and updates begin."""


class Event(NamedTuple):
    at: float
    """Seconds since the start."""
    kind: Family
    text: str
    happen: Callable[[], None]


def span(
    kernel: Kernel, at: float, seconds: float, kind: Family, text: str, switch: Callable[[bool], None]
) -> Iterator[Event]:
    """Yield the beginning of what lasts for a while; it brings its end about."""

    def begin() -> None:
        switch(True)
        later(kernel, seconds, lambda: switch(False))

    yield Event(at, kind, f"{text} for {seconds:.0f} s", begin)


def later(kernel: Kernel, seconds: float, do: Callable[[], None]) -> None:
    kernel.spawn("the end of something", do, Process("weather"), after=seconds)


def void(_answer: object) -> None:
    return


def during_runs(chance: random.Random, longest: float = 240.0) -> float:
    """Seconds of the day: mostly in the first minutes of a run."""
    if chance.random() < 0.25:
        return chance.uniform(0, DAY)
    return chance.choice(SLOTS) * 3600 + chance.uniform(10, longest)
