"""The whole system on this machine: lock the data folder, start everything in order, keep it running, end it."""

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

from mercarich_local.child import Child, spawn
from mercarich_local.data_folder import locked
from mercarich_local.guardian import Guardian
from mercarich_local.procfile import Process
from mercarich_local.screen import Screen
from mercarich_local.supervisor import TICK_SECONDS, Supervisor
from mercarich_local.system import FOUNDATION, System, require_free_ports
from mercarich_local.workers import Crew


class Machine:
    """A context manager in which the system can run; at its end, none of its processes is left.

    Entering raises `TryAgain` when another instance runs on the same data folder, and `BadConfiguration` when a port is
    taken.
    """

    def __init__(
        self, system: System, processes: Sequence[Process], environment: Mapping[str, str], screen: Screen
    ) -> None:
        self._system = system
        self._processes = processes
        self._environment = environment
        self._screen = screen
        self._rest_environment = environment
        self._end = contextlib.ExitStack()

    def __enter__(self) -> "Machine":
        with contextlib.ExitStack() as undo:
            lock = undo.enter_context(locked(self._system.data))
            require_free_ports(self._system, [process.name for process in self._processes])
            self._system.logs.mkdir(exist_ok=True)
            self._guardian = Guardian(keep_open=lock)
            undo.callback(self._guardian.close)
            self._supervisor = Supervisor(
                self._system.logs, self._guardian, say=self._screen.say, lines=self._screen.line
            )
            undo.callback(self._stop)
            self._end = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.close()

    def bring_up(self, stop: threading.Event, prepare: Callable[[], Mapping[str, str]]) -> None:
        """Start the foundation, `prepare` the data, start the rest, and return once all processes are ready.

        The variables that `prepare` returns are added to the environment of the rest. Raises `NotReady` and
        `BadConfiguration`; returns early when `stop` is set.
        """
        self._start([process for process in self._processes if process.name in FOUNDATION], self._environment, stop)
        if not stop.is_set():
            self._rest_environment = {**prepare(), **self._environment}
            rest = [process for process in self._processes if process.name not in FOUNDATION]
            self._start(rest, self._rest_environment, stop)

    def command(self, name: str, arguments: Sequence[str]) -> Child:
        """Run one command beside the system in its environment; the output goes to `<name>.log` only."""
        child = Child(
            name,
            spawn(arguments, self._rest_environment),
            log_file=self._system.logs / f"{name}.log",
            lines=lambda _name, _line: None,
            guardian=self._guardian,
        )
        self._end.callback(_end_child, child)
        return child

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of commands, once `bring_up` has returned."""
        return self._rest_environment

    def pid(self, name: str) -> int:
        """Return the process id of a running process of the Procfile. Raises `KeyError`."""
        return self._supervisor.pid(name)

    def keep(self, stop: threading.Event) -> None:
        """Keep the processes running until `stop` is set, and as many workers as the settings want."""
        crew = Crew(self._system, self._processes, self._rest_environment, self._supervisor)
        try:
            while not stop.wait(TICK_SECONDS):
                self._supervisor.tick()
                crew.follow()
        finally:
            crew.end()

    def _start(self, processes: Sequence[Process], environment: Mapping[str, str], stop: threading.Event) -> None:
        self._supervisor.start(self._system.services(processes, environment))
        self._supervisor.wait_ready([process.name for process in processes], stop)

    def _stop(self) -> None:
        self._screen.quiet = True
        self._supervisor.stop()


def _end_child(child: Child) -> None:
    if child.poll() is None:
        child.kill()
        child.poll()
