"""The workers of one machine: the scheduler says in a file how many each pool needs, and the runner follows."""

import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from mercarich_local.procfile import Process
from mercarich_local.supervisor import Supervisor
from mercarich_local.system import System

WANTED = "workers-wanted.json"
RUNNING = "workers-running.json"
"""Written by the runner while it follows; without it, nobody would do what the other file says."""


def read(folder: Path, name: str) -> Mapping[str, int]:
    """Return processes by pool; nothing without a file. Both files are replaced as a whole."""
    try:
        found: Mapping[str, int] = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def write(folder: Path, name: str, numbers: Mapping[str, int]) -> None:
    """Raises `OSError`."""
    partial = folder / f".{name}"
    partial.write_text(json.dumps(numbers), encoding="utf-8")
    os.replace(partial, folder / name)


class Crew:
    """As many processes of each pool as are wanted. The first is the one of the Procfile, the others are copies."""

    def __init__(
        self, system: System, processes: Sequence[Process], environment: Mapping[str, str], supervisor: Supervisor
    ) -> None:
        self._system = system
        self._processes = {process.name: process for process in processes}
        self._environment = environment
        self._supervisor = supervisor
        self._told: Mapping[str, int] | None = None

    def follow(self) -> None:
        """Have what lacks started, ask what is too many to end, and tell how many run. Returns at once.

        While the files cannot be read or written all stays as it is, until the next call.
        """
        with contextlib.suppress(OSError):
            wanted = read(self._system.data, WANTED)
            for pool in self._processes.keys() & wanted.keys():
                self._settle(pool, wanted[pool])
            running = {pool: sum(map(self._supervisor.runs, self._mine(pool))) for pool in self._processes}
            if running != self._told:
                write(self._system.data, RUNNING, running)
                self._told = running

    def end(self) -> None:
        (self._system.data / RUNNING).unlink(missing_ok=True)

    def _settle(self, pool: str, number: int) -> None:
        there, needed = self._mine(pool), [_name(pool, place) for place in range(1, number + 1)]
        for name in there:
            if name not in needed:
                self._supervisor.retire(name)
        for name in needed:
            if name not in there and not self._supervisor.is_ending(name):
                process = Process(name, self._processes[pool].command)
                [service] = self._system.services([process], self._environment)
                self._supervisor.add(service)

    def _mine(self, pool: str) -> Sequence[str]:
        copies = (name for name in self._supervisor.names() if name.removeprefix(f"{pool}-").isdecimal())
        return [name for name in self._supervisor.names() if name == pool] + sorted(copies)


def _name(pool: str, place: int) -> str:
    return pool if place == 1 else f"{pool}-{place}"
