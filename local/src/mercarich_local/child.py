"""One process of the system: start it, copy its lines to its log file and to the screen, end its whole group."""

import logging
import logging.handlers
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mercarich_local.guardian import Guardian, signal_group

LOG_BYTES = 20_000_000
"""Size in bytes at which a log file is rotated."""

Lines = Callable[[str, str], None]
"""Takes the process's name and one line of its output. It is called from a thread of each process."""


def spawn(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start a process in a process group of its own, as in a container. Its `stdout` carries all of its output,
    including errors.

    Raises `OSError` when the command cannot be started.
    """
    return subprocess.Popen(
        arguments,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        process_group=0,  # Ctrl-C must reach the runner only, which ends its children in order.
    )


class Child:
    """A running process with a process group of its own. A guardian ends it if the runner dies."""

    def __init__(
        self, name: str, process: subprocess.Popen[str], *, log_file: Path, lines: Lines, guardian: Guardian
    ) -> None:
        self.name = name
        self.started = time.monotonic()
        self._guardian = guardian
        self._process = process
        self.pid = self._process.pid
        guardian.watch(self.pid)
        self._pump = threading.Thread(target=self._carry, args=(log_file, lines), name=f"{name}-output", daemon=True)
        self._pump.start()

    def poll(self) -> int | None:
        """Return the exit code, None while the process runs. What it left in its group is killed once it has ended."""
        code = self._process.poll()
        if code is not None and self._pump.is_alive():
            signal_group(self.pid, signal.SIGKILL)
            self._pump.join(timeout=1)
        if code is not None:
            self._guardian.forget(self.pid)
        return code

    def terminate(self) -> None:
        """Ask the group to end (SIGTERM)."""
        signal_group(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Kill the group (SIGKILL)."""
        signal_group(self.pid, signal.SIGKILL)
        self._process.wait()

    def _carry(self, log_file: Path, lines: Lines) -> None:
        handler = logging.handlers.RotatingFileHandler(log_file, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                handler.emit(logging.makeLogRecord({"msg": line.rstrip("\n")}))
                lines(self.name, line.rstrip("\n"))
        handler.close()


def how_it_ended(code: int) -> str:
    """Describe an exit code for people: `exit code 1`, `SIGKILL`."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def search_path(environment: Mapping[str, str], folder: Path) -> str:
    """Return `PATH` with this interpreter's folder first, where the product's commands are installed."""
    return os.pathsep.join([str(folder), *filter(None, [environment.get("PATH")])])
