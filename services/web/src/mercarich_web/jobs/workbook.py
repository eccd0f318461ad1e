"""Turn a workbook into a CSV in a process of its own, with limits of time, memory and size: it comes from strangers."""

import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from mercarich_reasons.jobs import WorkbookLocked, WorkbookSheets, WorkbooksWait, WorkbookTooLarge, WorkbookUnreadable
from mercarich_web.refusals import Refused

log = logging.getLogger(__name__)

MOST_BYTES = 10_000_000
"""Of a workbook. Fifty thousand rows take about three million."""
LOCKED, TOO_LARGE, UNREADABLE, SHEETS = 3, 4, 5, 6
"""Exit codes of the process."""
CHILD = (sys.executable, "-I", str(Path(__file__).with_name("workbook_child.py")))
"""Isolated from the environment and the working folder; by its file, so that both halves are of one release."""
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
"""What the process sees of our environment, which holds the database's password."""
PATIENCE_SECONDS = 60.0
"""For a turn, and for the process; what its text takes to be stored does not count."""
AT_ONCE, WAITING = 1, 3
"""Workbooks that one process of ours has read at the same time, since they take memory of its own container; and those
that wait for that, since each of these holds one of the threads that all pages share."""
PIECE = 65_536
_turns = threading.BoundedSemaphore(AT_ONCE)
_sellers: set[int] = set()
"""Who has a workbook read, or waits for that."""
_places = threading.Lock()


@contextmanager
def turn(user_id: int) -> Iterator[None]:
    """Wait until a workbook may be held and read. Raises `Refused`, at once where enough others wait, or one of this
    seller's: nobody takes all places."""
    with _places:
        if user_id in _sellers or len(_sellers) >= AT_ONCE + WAITING:
            raise Refused(WorkbooksWait())
        _sellers.add(user_id)
    try:
        if not _turns.acquire(timeout=PATIENCE_SECONDS):
            raise Refused(WorkbooksWait())
        try:
            yield
        finally:
            _turns.release()
    finally:
        with _places:
            _sellers.remove(user_id)


def as_csv(data: bytes | bytearray) -> Generator[bytes]:
    """Yield the sheet with the listings as a CSV in UTF-8, a line for each row. Raises `Refused`, also at its end.

    It comes in pieces as the process writes them, so that its text is never in memory as a whole.
    """
    if len(data) > MOST_BYTES:
        raise Refused(WorkbookTooLarge(MOST_BYTES // 1_000_000))
    environment = {name: value for name, value in os.environ.items() if name in KEPT_VARIABLES}
    pipe = subprocess.PIPE
    with subprocess.Popen(CHILD, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment) as child:
        feeding = threading.Thread(target=_feed, args=(child, data), name="workbook", daemon=True)
        feeding.start()
        try:
            yield from _written(child)
        finally:
            child.kill()  # It has ended, unless its time is over or nobody wants the rest.
            feeding.join()
    if child.returncode == LOCKED:
        raise Refused(WorkbookLocked())
    if child.returncode == SHEETS:
        raise Refused(WorkbookSheets())
    if child.returncode == UNREADABLE:
        raise Refused(WorkbookUnreadable())
    if child.returncode != 0:  # Also where it was ended, by the system or here: it took too much time or memory.
        log.warning("a workbook takes too much to read", extra={"code": child.returncode, "size": len(data)})
        raise Refused(WorkbookTooLarge(MOST_BYTES // 1_000_000))


def _feed(child: subprocess.Popen[bytes], data: bytes | bytearray) -> None:
    with suppress(BrokenPipeError), _pipe(child.stdin) as sink:  # Broken: it has ended, and its exit code tells why.
        sink.write(data)


def _written(child: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Yield what the process writes, until it ends or its time is over."""
    source, left = _pipe(child.stdout).fileno(), PATIENCE_SECONDS
    ready = select.poll()
    ready.register(source, select.POLLIN)
    while left > 0:
        began = time.monotonic()
        ready.poll(left * 1_000)
        left -= time.monotonic() - began
        if left > 0:
            piece = os.read(source, PIECE)
            if not piece:
                with suppress(subprocess.TimeoutExpired):
                    child.wait(left)
                return
            yield piece


def _pipe(one: IO[bytes] | None) -> IO[bytes]:
    if one is None:
        raise ValueError("the process has no pipe")
    return one
