"""A log file that several processes append to, reopened after rotation.

For one machine and for compose; on Kubernetes logs go to stdout and the kubelet rotates them. logrotate renames the
file and creates a new one. The next line detects that and goes to the new file, so that no line is lost.
"""

import logging
import os
import signal
import sys
import threading
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from pathlib import Path

from mercarich_contracts.sites import SITES
from mercarich_platform.settings import BadConfiguration

SEED_FILES = {
    **{
        f"{service}-{site}": f"inventory-{site}"
        for site in SITES.values()
        for service in ("planner", "planner-update", "checker", "updater")
    },
    **{f"feed-sweep-{site}": "update-amazon-feed" for site in SITES.values()},
    "feed": "update-amazon-feed",
    "feed-tokens": "update-amazon-feed",
}
"""Service -> name of the old system's log file; all other services wrote to django.log."""


def path_for(service: str, pattern: str) -> Path:
    """Return the path: `{service}` becomes the service's name, `{log}` the name of the old system's file."""
    try:
        return Path(pattern.format(service=service, log=SEED_FILES.get(service, "django")))
    except (KeyError, IndexError, ValueError):
        raise BadConfiguration(
            f"MERCARICH_LOG_FILE: expected a path, with {{service}} or {{log}} as only placeholders, not {pattern!r}"
        ) from None


class LogFile(WatchedFileHandler):
    """Appends each line by a single write, so that lines of several processes do not mix.

    A line that is longer than the buffer is one write, too: `io.BufferedWriter` passes it on whole.
    """

    def __init__(self, path: Path) -> None:
        """Open the file. Raises `BadConfiguration` when it cannot be written."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            super().__init__(path, encoding="utf-8")
        except OSError as error:
            raise BadConfiguration(f"MERCARICH_LOG_FILE: cannot write {path} ({error.strerror})") from None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(record)
        except OSError:  # from reopening the file: `WatchedFileHandler` does not catch it
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Write the line to stderr when the disk is full or the folder is gone."""
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)  # a bug in the logging call, such as arguments that do not fit the format
            return
        try:
            sys.stderr.write(f"MERCARICH_LOG_FILE: {error.strerror}: {self.format(record)}\n")
        except OSError:
            return
        except (TypeError, ValueError, LookupError):  # the record was not formatted before: reopening failed first
            super().handleError(record)

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, opener=_private)


def outlive_hangup() -> None:
    """Ignore SIGHUP, which logrotate may send and which would end the process. No-op outside the main thread."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGHUP, lambda _number, _frame: None)  # not SIG_IGN, since children would inherit that


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o640)
