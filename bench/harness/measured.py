"""The measurements of one run of a side, and the readings that they come from."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.harness import cpu


@dataclass(frozen=True, kw_only=True)
class Measured:
    items: int
    seconds: float
    """Seconds from the order to the last commit, including the producer's own start."""
    rate: float
    """Items a second, between the first and the last tenth of the market's responses."""
    side: Mapping[str, float]
    """CPU seconds of the side's own processes, by role."""
    parts: Mapping[str, float]
    """CPU seconds of broker, database and market."""
    requests: int
    """Requests that arrived at the market."""
    memory_mb: float
    """PSS of the side's processes at the end."""

    @property
    def cpu_a_thousand(self) -> float:
        """CPU seconds of the side per 1,000 items."""
        return sum(self.side.values()) / self.items * 1_000

    @property
    def all_cpu_a_thousand(self) -> float:
        """The same with broker and database. The market belongs to no side."""
        others = sum(seconds for name, seconds in self.parts.items() if name != "source")
        return self.cpu_a_thousand + others / self.items * 1_000


@dataclass(frozen=True, slots=True)
class Moment:
    """The clock and the CPU times at one moment."""

    at: float
    used: Mapping[str, float]

    @classmethod
    def now(cls, roots: Mapping[str, Sequence[int]]) -> "Moment":
        """`roots`: process ids by name; each counts with all its descendants."""
        stats = cpu.books()
        return cls(time.monotonic(), {name: cpu.seconds_of(stats, pids) for name, pids in roots.items()})

    def since(self, before: "Moment") -> "Used":
        return Used(self.at - before.at, {name: used - before.used[name] for name, used in self.used.items()})


@dataclass(frozen=True, slots=True)
class Used:
    seconds: float
    cpu: Mapping[str, float]
