"""How large a benchmark runs: in full, or reduced for a machine that only asks whether it still works."""

from dataclasses import dataclass
from typing import TypeVar

Size = TypeVar("Size")


@dataclass(frozen=True, slots=True)
class Scale:
    smoke: bool
    """Reduced: sizes so small that its times say nothing."""
    rounds: int
    """Counted runs of each side, after one that warms up; a smoke run has one, and no warm-up."""

    def of(self, full: Size, smoke: Size) -> Size:
        return smoke if self.smoke else full

    @property
    def name(self) -> str:
        return "smoke" if self.smoke else "full"


FULL = Scale(smoke=False, rounds=3)
SMOKE = Scale(smoke=True, rounds=1)
