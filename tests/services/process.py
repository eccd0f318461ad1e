"""What both services need: a named error for a missing tool, a free port, a process that ends with this one."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mercarich_local.ports import free_ports

PR_SET_PDEATHSIG = 1
"""`PR_SET_PDEATHSIG` of linux/prctl.h: the signal that a child gets when its parent dies."""


class Missing(Exception):
    """A tool is not installed; the text names its Debian package."""


class Service:
    """A child process with its log; `stop` ends it."""

    def __init__(self, command: Sequence[str], log_file: Path, *, port: int) -> None:
        self.port = port
        self._log_file = log_file
        libc = ctypes.CDLL(None) if sys.platform == "linux" else None
        with log_file.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=(lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)) if libc else None,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                tail = self._log_file.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self._process.args!r} did not come up:\n{tail}")
            time.sleep(0.1)

    def accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, like a crash."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def tool(name: str, package: str) -> str:
    """Return the path of a program. Raises `Missing` with the Debian package that contains it."""
    search = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=search)
    if found is None:
        raise Missing(f"{name} is not installed: apt-get install -y {package}")
    return found


def free_port() -> int:
    """Return a port that is free until its process listens on it."""
    return free_ports(1)[0]
