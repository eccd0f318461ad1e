"""Crash points: a process dies right after a COMMIT, or right before or after a publish.

A kill by `weather` ends a process where it waits. Here it ends between two statements that nothing separates: what was
committed and not yet told, or told and not yet noted.
"""

from collections import Counter
from enum import StrEnum

from tests.soak.commands import Commands
from tests.soak.kernel import Killed, Process
from tests.soak.plant import Plant, Services


class Point(StrEnum):
    COMMITTED = "after a COMMIT"
    UNPUBLISHED = "before a publish"
    PUBLISHED = "after a publish"


class CrashPoints:
    """Services and commands that pass an armed point die there. Services are started again."""

    def __init__(self, plant: Plant, services: Services, commands: Commands) -> None:
        self._kernel = plant.kernel
        self._services = services
        self._commands = commands
        self._armed: dict[Point, list[int]] = {point: [] for point in Point}
        self.died: Counter[Point] = Counter()
        plant.database.committed = lambda: self._passed(Point.COMMITTED)
        plant.broker.publishing = lambda: self._passed(Point.UNPUBLISHED)
        plant.broker.published = lambda: self._passed(Point.PUBLISHED)

    def arm(self, point: Point, passes: int) -> None:
        """Have the process die that passes the point after `passes` others."""
        self._armed[point].append(passes)

    def disarm(self) -> None:
        for waiting in self._armed.values():
            waiting.clear()

    def _passed(self, point: Point) -> None:
        waiting, process = self._armed[point], self._kernel.current.process
        if not waiting or process.killed:
            return
        waiting[0] -= 1
        if waiting[0] < 0 and self._dies(process):
            del waiting[0]
            self.died[point] += 1
            raise Killed

    def _dies(self, process: Process) -> bool:
        """Kill the process; return whether it is one that can die."""
        for name, running in self._services.running.items():
            if running is process:
                self._services.kill(name)
                return True
        return self._commands.kill_one(process)
