"""Freeze a process between two transactions: in the middle of one it would block all other writers."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from sqlalchemy import Engine, Select
from sqlalchemy.exc import OperationalError

STOPS_WITHIN = 20.0


def frozen(pid: int, send: Callable[[signal.Signals], object], locked: Callable[[], object]) -> bool:
    """Freeze a child of this process. If that was within a transaction, let it continue and return False.

    A process does not stop at the moment of the signal: a thread inside a system call, which may take the lock,
    completes the call first. So this waits until the kernel reports that all threads have stopped.
    """
    send(signal.SIGSTOP)
    _wait_until_stopped(pid)
    if not locked():
        return True
    send(signal.SIGCONT)
    return False


def _wait_until_stopped(pid: int) -> None:
    deadline = time.monotonic() + STOPS_WITHIN
    while True:
        changed, status = os.waitpid(pid, os.WUNTRACED | os.WNOHANG)
        if changed:
            assert os.WIFSTOPPED(status), f"process {pid} ended when it was to be frozen: status {status}"
            return
        assert time.monotonic() < deadline, f"process {pid} does not stop"
        time.sleep(0.005)


def locked(engine: Engine, rows: Select[Any]) -> bool:
    """Return whether these rows, or on SQLite the whole database, cannot be written now."""
    try:
        if engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(str(engine.url.database), timeout=0.2)) as own:
                own.execute("BEGIN IMMEDIATE")
        else:
            with engine.connect() as connection:
                connection.execute(rows.with_for_update(nowait=True))
    except (sqlite3.OperationalError, OperationalError):
        return True
    return False
