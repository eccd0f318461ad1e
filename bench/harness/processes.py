"""The processes of a side: each has a log and a process group of its own, and none outlives the benchmark, however that
ends."""

import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mercarich_local.child import Child, how_it_ended, spawn
from mercarich_local.data_folder import locked
from mercarich_local.guardian import Guardian

READY_SECONDS = 60.0
END_SECONDS = 20.0
POLL_SECONDS = 0.02


class Failed(AssertionError):
    """A process ended, or did not do its work in time; the text contains the end of its log."""


class Processes:
    def __init__(self, logs: Path, guardian: Guardian) -> None:
        self._logs = logs
        self._guardian = guardian
        self._children: list[Child] = []

    @property
    def pids(self) -> list[int]:
        """Ids of the running processes."""
        return [child.pid for child in self._children if child.poll() is None]

    def start(self, name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Child:
        """Start a process. Its output is appended to the log of its name."""
        child = Child(
            name,
            spawn(arguments, environment),
            log_file=self.log(name),
            lines=lambda _name, _line: None,
            guardian=self._guardian,
        )
        self._children.append(child)
        return child

    def kill(self, child: Child) -> None:
        """Kill the process, like a crash. It does not belong to this set any more."""
        child.kill()
        child.poll()
        self._children.remove(child)

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def wait(self, holds: Callable[[], bool], what: str, seconds: float = READY_SECONDS) -> None:
        """Wait until the condition holds, as long as all started processes run. Raises `Failed`."""
        deadline = time.monotonic() + seconds
        while not holds():
            ended = next((child for child in self._children if child.poll() is not None), None)
            if ended is not None:
                raise Failed(f"{ended.name} ended meanwhile ({what})\n{self._tail(ended.name)}")
            if time.monotonic() > deadline:
                raise Failed(f"not within {seconds:g} s: {what}\n{self._tails()}")
            time.sleep(POLL_SECONDS)

    def see_through(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], seconds: float) -> float:
        """Run a command to its end. Return its CPU seconds, including its children's (getrusage(2), microseconds).

        Raises `Failed` when it does not end with 0 in time.
        """
        before = _reaped_seconds()
        child = self.start(name, arguments, environment)
        deadline = time.monotonic() + seconds
        while (code := child.poll()) is None and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        if code is None:
            child.kill()
        self._children.remove(child)
        if code != 0:
            ended = "did not end in time" if code is None else f"ended with {how_it_ended(code)}"
            raise Failed(f"{name} {ended}\n{self._tail(name)}")
        return _reaped_seconds() - before

    def end(self) -> None:
        """Ask all processes to end, and kill those that do not."""
        for child in self._children:
            child.terminate()
        deadline = time.monotonic() + END_SECONDS
        for child in self._children:
            while child.poll() is None and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
            if child.poll() is None:
                child.kill()
                child.poll()
        self._children.clear()

    def _tail(self, name: str) -> str:
        file = self.log(name)
        return file.read_text(errors="replace")[-2_000:] if file.exists() else ""

    def _tails(self) -> str:
        return "\n".join(f"--- {child.name}\n{self._tail(child.name)[-500:]}" for child in self._children)


@contextmanager
def processes(folder: Path) -> Iterator[Processes]:
    """Yield an empty set of processes; those started in the block end with it. Logs are in `folder`."""
    with ExitStack() as end:
        guardian = Guardian(keep_open=end.enter_context(locked(folder)))
        end.callback(guardian.close)
        started = Processes(folder, guardian)
        end.callback(started.end)
        yield started


def _reaped_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
