"""The demo's outage: halfway through its check, a marketplace blocks calls, refuses them, stops responding, and
recovers."""

from collections.abc import Mapping
from typing import Protocol

from mercarich_local.demo_state import Progress

STAGES: Mapping[str, float] = {"block_page_200": 4.0, "403": 4.0, "timeout": 4.0}
"""The kinds of fault, one after the other, and their seconds; each applies to every page."""
AT_SHARE = 0.5


class Faults(Protocol):
    """The part of the simulator's interface that an outage needs; `mercarich_local.market.Simulator` has it."""

    def set_fault(self, **fault: object) -> None: ...


class Outage:
    """Call `look` repeatedly. It causes one outage of each marketplace, when half of its items are checked."""

    def __init__(self, simulator: Faults) -> None:
        self._simulator = simulator
        self.struck: set[str] = set()
        self.held: set[str] = set()
        """Marketplaces whose run was seen to be held."""

    def look(self, progress: Progress) -> None:
        for name, planned in progress.planned.items():
            if name not in self.struck and planned and progress.checked[name] >= planned * AT_SHARE:
                self._strike(name)
        self.held |= self.struck & progress.held.keys()

    def problem(self, progress: Progress) -> str | None:
        """Return what is wrong after the run, apart from the ledger. None: the run was held, and finished
        automatically."""
        for name in progress.planned:
            if name not in self.struck:
                return f"the outage of {name} never came: its run was over before"
            if name not in self.held and not progress.held_seconds[name]:
                return f"the run of {name} was not held during the outage"
        return None

    def _strike(self, name: str) -> None:
        self.struck.add(name)
        begin = 0.0
        for kind, seconds in STAGES.items():
            self._simulator.set_fault(target=name, kind=kind, from_seconds=begin, for_seconds=seconds)
            begin += seconds
