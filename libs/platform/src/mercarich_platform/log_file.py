"""A log file that several processes append to, and that is opened again after it was rotated.

For one machine and compose; on Kubernetes logs go to stdout and the kubelet rotates them. logrotate renames the
file and makes a new one: lines go to the old one until the next line finds out, so none is lost. SIGHUP, which
logrotate may send, opens the new one at once, so that the old one can be packed.
"""

import contextlib
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from mercarich_platform.settings import BadConfiguration

SEED_FILES = {
    "planner-yahoo": "inventory-yahoo",
    "planner-update-yahoo": "inventory-yahoo",
    "checker-yahoo": "inventory-yahoo",
    "updater-yahoo": "inventory-yahoo",
    "planner-mercari": "inventory-mercari",
    "planner-update-mercari": "inventory-mercari",
    "checker-mercari": "inventory-mercari",
    "updater-mercari": "inventory-mercari",
    "feed": "update-amazon-feed",
    "feed-sweep-yahoo": "update-amazon-feed",
    "feed-sweep-mercari": "update-amazon-feed",
    "feed-tokens": "update-amazon-feed",
}
"""Service to the name of the old system's file; any other service wrote to django.log."""


def path_for(service: str, pattern: str) -> Path:
    """`{service}` becomes the service's name, `{log}` the name of the old system's file."""
    try:
        return Path(pattern.format(service=service, log=SEED_FILES.get(service, "django")))
    except (KeyError, IndexError, ValueError):
        raise BadConfiguration(
            f"MERCARICH_LOG_FILE: expected a path, in which {{service}} or {{log}} may stand, not {pattern!r}"
        ) from None


class LogFile(logging.Handler):
    """Appends each line by one write, so that lines of several processes do not mix."""

    def __init__(self, path: Path) -> None:
        """Raises `BadConfiguration` when it cannot be written."""
        super().__init__()
        self._path = path
        self._reopen = False  # no Event: its lock may be held where the signal comes in
        self._descriptor = -1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open()
        except OSError as error:
            raise BadConfiguration(f"MERCARICH_LOG_FILE: cannot write {path} ({error.strerror})") from None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = (self.format(record) + "\n").encode()
        except (TypeError, ValueError, LookupError):
            self.handleError(record)  # arguments that do not fit the text, or a name that is no text: told on stderr
            return
        try:
            if self._reopen or not self._is_current():
                self._reopen = False
                self._open()
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError as error:
            # The disk is full or the folder went away: the line goes where somebody may see it.
            with contextlib.suppress(OSError):
                sys.stderr.write(f"MERCARICH_LOG_FILE: {error.strerror}: {line.decode(errors='replace')}")

    def reopen(self) -> None:
        """Before the next line. Safe to call in a signal handler."""
        self._reopen = True

    def close(self) -> None:
        with self.lock or contextlib.nullcontext():
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
        super().close()

    def _open(self) -> None:
        fresh = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        old, self._descriptor = self._descriptor, fresh
        if old >= 0:
            os.close(old)

    def _is_current(self) -> bool:
        try:
            now, ours = os.stat(self._path), os.fstat(self._descriptor)
        except FileNotFoundError:
            return False
        return (now.st_dev, now.st_ino) == (ours.st_dev, ours.st_ino)


def reopen_on_hangup(file: LogFile) -> None:
    """SIGHUP, which would end the process, opens the file again. Does nothing outside the main thread."""

    def on_hangup(_number: int, _frame: FrameType | None) -> None:
        file.reopen()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGHUP, on_hangup)
