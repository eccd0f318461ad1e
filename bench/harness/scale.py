"""The size of a benchmark: full, or reduced to test only whether it still works."""

from dataclasses import dataclass
from typing import TypeVar

Size = TypeVar("Size")


@dataclass(frozen=True, slots=True)
class Scale:
    smoke: bool
    """Reduced sizes, so small that the times mean nothing."""
    rounds: int
    """Counted runs of each side, after one that warms up. A smoke run has one counted run and no warm-up."""

    def of(self, full: Size, smoke: Size) -> Size:
        return smoke if self.smoke else full

    @property
    def name(self) -> str:
        return "smoke" if self.smoke else "full"


FULL = Scale(smoke=False, rounds=3)
SMOKE = Scale(smoke=True, rounds=1)
