"""Forks the system's processes from one that has imported what they need: they share that memory, and start soon.

Python's own fork server does it (multiprocessing), a process without threads, so that forking is safe there. Whoever is
started first starts it; it ends when the runner and all that it forked are gone. For Linux: a process that was forked
may not use Apple's libraries (https://github.com/dvarrazzo/py-setproctitle/issues/113).
"""

import contextlib
import os
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from io import TextIOWrapper
from multiprocessing import connection, get_context, resource_tracker
from pathlib import Path
from typing import IO

from setproctitle import setproctitle

PRELOADED = "mercarich_local.preloaded"
PACKAGES = "mercarich_"
TO_END = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The server ends after those that it has forked, and ignores these once it runs; until then they are held back."""


class Forked:
    """A process with a group of its own; has of `subprocess.Popen` what a child needs."""

    _one_at_a_time = threading.Lock()
    """Whoever starts a process looks for the ends of the others, too, and each end is told once."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Returns once it has its group. A command of ours runs within it; any other takes its place.

        Raises `OSError` when the server cannot fork any more; it has died of that, and the next start has another one.
        """
        context = get_context("forkserver")
        context.set_forkserver_preload([PRELOADED])
        output, its_output = context.Pipe(duplex=False)
        grouped, its_grouped = context.Pipe(duplex=False)
        with output, grouped:
            with its_output, its_grouped, self._one_at_a_time:
                self._process = context.Process(
                    target=_become, args=(list(arguments), dict(environment), its_output, its_grouped), daemon=True
                )
                self._start()
            assert self._process.pid is not None
            self.pid = self._process.pid
            self.stdout: IO[str] | None = os.fdopen(os.dup(output.fileno()), encoding="utf-8", errors="replace")
            with contextlib.suppress(EOFError):  # it ended before; that is seen by `poll`
                grouped.recv_bytes()

    def _start(self) -> None:
        resource_tracker.ensure_running()  # it lets through again what is held back
        before = signal.pthread_sigmask(signal.SIG_BLOCK, TO_END)
        try:
            self._process.start()
        except (EOFError, OSError) as error:
            raise OSError("the fork server has ended before it forked") from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def poll(self) -> int | None:
        """The exit code, negative for a signal's number, 255 when the fork server has died; None while it runs."""
        with self._one_at_a_time:
            return self._process.exitcode

    def wait(self) -> None:
        """Return when it has ended."""
        connection.wait([self._process.sentinel])


def _become(
    arguments: list[str],
    environment: dict[str, str],
    output: "connection.Connection[bytes, bytes]",
    grouped: "connection.Connection[bytes, bytes]",
) -> None:
    """Within the new process."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, TO_END)
    grouped.send_bytes(b"")
    grouped.close()
    _connect(output)
    setproctitle(shlex.join(arguments))  # before the environment: it takes the room that this stood in
    os.environ.clear()
    os.environ.update(environment)
    ours = _ours(arguments[0])
    if ours is None:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it
        os.execvp(arguments[0], arguments)
    sys.argv = arguments
    main: Callable[[], int | None] = ours.load()
    sys.exit(main())


def _connect(output: "connection.Connection[bytes, bytes]") -> None:
    """Nothing to read; what is written goes to `output`, line by line; a process of its own inherits nothing else."""
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for stream in (sys.stdout, sys.stderr):
        assert isinstance(stream, TextIOWrapper)
        os.dup2(output.fileno(), stream.fileno())
        stream.reconfigure(line_buffering=True)
    output.close()
    for descriptor in map(int, os.listdir("/dev/fd")):
        if descriptor > 2:
            with contextlib.suppress(OSError):  # the one that listed them
                os.set_inheritable(descriptor, False)


def _ours(command: str) -> EntryPoint | None:
    """The entry point of a command that is installed beside this Python, if it is one of our packages."""
    found = shutil.which(command)
    if found is None or Path(found).parent != Path(sys.executable).parent:
        return None
    named = entry_points(group="console_scripts", name=Path(found).name)
    return next((entry for entry in named if entry.value.startswith(PACKAGES)), None)
