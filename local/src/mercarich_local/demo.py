"""`mercarich demo`: to come."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from mercarich_local.procfile import Process


@dataclass(frozen=True)
class Demo:
    data: Path
    processes: Sequence[Process]
    scenario: str
    sellers: int
    listings: int

    def run(self, console: Console, stop: threading.Event) -> int:
        return 1
