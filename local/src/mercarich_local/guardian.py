"""The guardian: a small process that ends the system's processes when their runner is gone, however it ended.

The runner holds the write end of a pipe, and reports through it which process groups are alive. The pipe closes when
the runner ends or is killed. Then the guardian asks the remaining groups to end, and kills them after a short wait.
This works wherever there are pipes, on Linux and macOS alike. The guardian also holds the data folder's lock, so that
nothing new starts there before the old processes are gone.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time

GRACE_SECONDS = 5.0
"""Seconds from SIGTERM to SIGKILL for processes whose runner was killed."""


class Guardian:
    """The runner's end of the pipe to the guardian."""

    def __init__(self, keep_open: int) -> None:
        """`keep_open`: the file descriptor of the lock."""
        reader, self._writer = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mercarich_local.guardian", str(reader)],
                stdin=subprocess.DEVNULL,
                pass_fds=(reader, keep_open),
                start_new_session=True,
            )
        finally:
            os.close(reader)

    def watch(self, group: int) -> None:
        """Report that this process group lives."""
        self._say(f"+{group}\n")

    def forget(self, group: int) -> None:
        """Report that this process group has ended."""
        self._say(f"-{group}\n")

    def close(self) -> None:
        """Report that nothing needs guarding any more, and wait until the guardian has ended."""
        os.close(self._writer)
        self._process.wait()

    def _say(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # The guardian was killed. The system keeps running without one.
            os.write(self._writer, line.encode())


def main(descriptor: int) -> None:
    """Read until the runner is gone, then end the groups that it left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    alive: set[int] = set()
    with os.fdopen(descriptor, encoding="ascii") as lines:
        for line in lines:
            (alive.add if line[0] == "+" else alive.discard)(int(line[1:]))
    for group in alive:
        signal_group(group, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while alive and time.monotonic() < deadline:
        alive = {group for group in alive if signal_group(group, 0)}
        time.sleep(0.05)
    for group in alive:
        signal_group(group, signal.SIGKILL)


def signal_group(group: int, number: int) -> bool:
    """Send a signal to a process group (0: only test it). Return whether the group exists."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS reports this for a group of zombies.
        return False
    return True


if __name__ == "__main__":
    main(int(sys.argv[1]))
