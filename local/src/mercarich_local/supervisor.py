"""Keep processes running: start them, wait until they are ready, restart a crashed one, end them all."""

import shutil
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mercarich_local.child import Child, Lines, how_it_ended, spawn
from mercarich_local.guardian import Guardian
from mercarich_platform.settings import BadConfiguration

STOP_SECONDS = 45.0
"""Seconds from SIGTERM to SIGKILL, as for a pod."""
READY_SECONDS = 180.0
"""Seconds until a process must be ready. A busy machine starts fifteen processes slowly; one that crashes is reported
at once."""
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A process that ran for this many seconds is restarted without a pause."""
TICK_SECONDS = 0.1


class NotReady(Exception):
    """A process did not become ready in time; the text names it and its log."""


@dataclass(frozen=True, slots=True)
class Service:
    """A process to be run."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    ready: Callable[[], bool]


class Supervisor:
    """Run services until `stop`. Not thread-safe, except `say`, `lines` and `pid`."""

    def __init__(self, logs: Path, guardian: Guardian, *, say: Callable[[str, str], None], lines: Lines) -> None:
        """`say(name, sentence)` is called when a process starts or ends, `lines(name, line)` for each line of
        output."""
        self._logs = logs
        self._guardian = guardian
        self._say = say
        self._lines = lines
        self._services: dict[str, Service] = {}
        self._batches: list[list[str]] = []
        self._children: dict[str, Child] = {}
        self._crashes: dict[str, int] = {}
        self._not_before: dict[str, float] = {}
        self._ending: dict[str, float] = {}
        """Processes that are asked to end, with the moment at which they are killed."""

    def start(self, services: Sequence[Service]) -> None:
        """Start these at once, in this order. Raises `BadConfiguration` for a command that is not installed."""
        for service in services:
            if shutil.which(service.arguments[0], path=service.environment.get("PATH")) is None:
                raise BadConfiguration(f"{service.name}: the command {service.arguments[0]!r} is not installed here")
        self._batches.append([service.name for service in services])
        for service in services:
            self._services[service.name] = service
            self._launch(service)

    def wait_ready(self, names: Sequence[str], stop: threading.Event, seconds: float = READY_SECONDS) -> None:
        """Return when all of them are ready, or `stop` is set. Raises `NotReady` when one crashes."""
        deadline = time.monotonic() + seconds
        waiting = list(names)
        while waiting and not stop.is_set():
            for name in waiting:
                code = self._children[name].poll()
                if code is not None:
                    raise NotReady(f"{name} ended at its start ({how_it_ended(code)}); its log is {self._log(name)}")
            waiting = [name for name in waiting if not self._services[name].ready()]
            if waiting and time.monotonic() > deadline:
                raise NotReady(f"{waiting[0]} was not ready after {seconds:.0f} s; its log is {self._log(waiting[0])}")
            stop.wait(TICK_SECONDS if waiting else 0)

    def names(self) -> Collection[str]:
        """Return the processes that run or are started again soon, without those that are asked to end."""
        return (self._children.keys() | self._not_before.keys()) - self._ending.keys()

    def add(self, service: Service) -> None:
        """Have one more process, started by the next `tick`, which also tries again when it cannot be."""
        if service.name not in self._services:
            self._batches.append([service.name])
        self._services[service.name] = service
        self._not_before[service.name] = time.monotonic()

    def runs(self, name: str) -> bool:
        return name in self._children and name not in self._ending

    def is_ending(self, name: str) -> bool:
        return name in self._ending

    def retire(self, name: str) -> None:
        """Ask a process to end, and let it rest: SIGTERM now, SIGKILL after `STOP_SECONDS`."""
        self._not_before.pop(name, None)
        if name in self._children and name not in self._ending:
            self._children[name].terminate()
            self._ending[name] = time.monotonic() + STOP_SECONDS

    def tick(self) -> None:
        """Check every process once and restart those that ended; call it several times a second."""
        now = time.monotonic()
        for name, child in list(self._children.items()):
            if now > self._ending.get(name, now):
                child.kill()
            code = child.poll()
            if code is not None:
                del self._children[name]
                if self._ending.pop(name, None) is not None:
                    self._say(name, "ended, as the settings of its pool want")
                    continue
                self._plan_restart(name, now - child.started, f"ended by itself ({how_it_ended(code)})")
        for name in [name for name, moment in self._not_before.items() if moment <= now]:
            del self._not_before[name]
            try:
                self._launch(self._services[name])
            except OSError as error:
                self._plan_restart(name, 0, f"could not be started ({error})")

    def pid(self, name: str) -> int:
        """Return the process id of a running process; thread-safe. Raises `KeyError`."""
        return self._children[name].pid

    def stop(self, seconds: float = STOP_SECONDS) -> list[str]:
        """End all, in reverse order of their start: SIGTERM, and SIGKILL after `seconds`. Return the names of the
        killed ones."""
        self._not_before.clear()
        deadline = time.monotonic() + seconds
        killed = [name for batch in reversed(self._batches) for name in self._stop_batch(batch, deadline)]
        for name in killed:
            self._say(name, f"did not end within {seconds:.0f} s and was killed")
        return killed

    def _stop_batch(self, names: Sequence[str], deadline: float) -> list[str]:
        left = {name: self._children.pop(name) for name in names if name in self._children}
        for child in left.values():
            child.terminate()
        while left and time.monotonic() < deadline:
            left = {name: child for name, child in left.items() if child.poll() is None}
            time.sleep(TICK_SECONDS / 2)
        for child in left.values():
            child.kill()
            child.poll()
        return list(left)

    def _launch(self, service: Service) -> None:
        self._children[service.name] = Child(
            service.name,
            spawn(service.arguments, service.environment),
            log_file=self._log(service.name),
            lines=self._lines,
            guardian=self._guardian,
        )
        self._say(service.name, f"started (pid {self._children[service.name].pid})")

    def _plan_restart(self, name: str, ran_seconds: float, what: str) -> None:
        crashes = 1 if ran_seconds >= STEADY_SECONDS else self._crashes.get(name, 0) + 1
        self._crashes[name] = crashes
        pause = min(LONGEST_PAUSE_SECONDS, 0.5 * 2 ** (crashes - 1))
        self._not_before[name] = time.monotonic() + pause
        self._say(name, f"{what}; started again in {pause:g} s; its log is {self._log(name)}")

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"
