"""The demo's outage: halfway through its check a marketplace blocks, refuses, falls silent, and recovers."""

from collections.abc import Mapping
from typing import Protocol

from mercarich_local.demo_state import Progress

STAGES: Mapping[str, float] = {"block_page_200": 4.0, "403": 4.0, "timeout": 4.0}
"""Kinds of fault, one after the other, and the seconds of each; every page answers so."""
AT_SHARE = 0.5


class Faults(Protocol):
    """The lever that an outage needs: `mercarich_local.market.Simulator` has it."""

    def set_fault(self, **fault: object) -> None: ...


class Outage:
    """Call `look` again and again; it strikes each marketplace once, when half of its items are checked."""

    def __init__(self, simulator: Faults) -> None:
        self._simulator = simulator
        self.struck: set[str] = set()
        self.held: set[str] = set()
        """The marketplaces whose run was seen to be held."""

    def look(self, progress: Progress) -> None:
        for name, planned in progress.planned.items():
            if name not in self.struck and planned and progress.checked[name] >= planned * AT_SHARE:
                self._strike(name)
        self.held |= self.struck & progress.held.keys()

    def problem(self, progress: Progress) -> str | None:
        """What is wrong after the run, besides the ledger; None: it was held, and finished by itself."""
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
