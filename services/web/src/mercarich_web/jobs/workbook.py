"""Turn a workbook into a CSV in a process of its own, with limits of time, memory and size: it comes from strangers."""

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

from mercarich_reasons.jobs import WorkbookLocked, WorkbooksWait, WorkbookTooLarge, WorkbookUnreadable
from mercarich_web.refusals import Refused

log = logging.getLogger(__name__)

MOST_BYTES = 10_000_000
"""Of a workbook. Fifty thousand rows take about three million."""
LOCKED, TOO_LARGE, UNREADABLE = 3, 4, 5
"""Exit codes of the process."""
CHILD = (sys.executable, "-I", str(Path(__file__).with_name("workbook_child.py")))
"""Isolated from the environment and the working folder; by its file, so that both halves are of one release."""
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
"""What the process sees of our environment, which holds the database's password."""
PATIENCE_SECONDS = 60.0
AT_ONCE = 1
"""Workbooks that one process of ours has read at the same time: they take memory of its own container."""
_turns = threading.BoundedSemaphore(AT_ONCE)


def as_csv(data: bytes) -> bytes:
    """Return the sheet with the listings as a CSV in UTF-8, a line for each row. Raises `Refused`."""
    if len(data) > MOST_BYTES:
        raise Refused(WorkbookTooLarge(MOST_BYTES // 1_000_000))
    if not _turns.acquire(timeout=PATIENCE_SECONDS):
        raise Refused(WorkbooksWait())
    try:
        environment = {name: value for name, value in os.environ.items() if name in KEPT_VARIABLES}
        done = subprocess.run(
            CHILD, input=data, capture_output=True, env=environment, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(WorkbookTooLarge(MOST_BYTES // 1_000_000)) from error
    finally:
        _turns.release()
    if done.returncode == 0:
        return done.stdout
    if done.returncode == LOCKED:
        raise Refused(WorkbookLocked())
    if done.returncode == UNREADABLE:
        raise Refused(WorkbookUnreadable())
    # Also where the system has ended it: it took too much time or memory.
    log.warning("a workbook takes too much to read", extra={"code": done.returncode, "size": len(data)})
    raise Refused(WorkbookTooLarge(MOST_BYTES // 1_000_000))
