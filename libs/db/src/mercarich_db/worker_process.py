"""Runs a long-lived process that uses the database: logging, signals, waiting for the schema."""

import logging as log_lines
import threading
from collections.abc import Callable

from mercarich_db.wait import wait_for_schema
from mercarich_platform import collector, logging
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import SharedSettings
from mercarich_platform.shutdown import install_signals

log = log_lines.getLogger(__name__)

AGAIN_SECONDS = 1.0

Work = Callable[[threading.Event], int]
"""Works until the event is set; returns the exit code."""


def run(name: str, shared: SharedSettings, build: Callable[[threading.Event], Work], **facts: object) -> int:
    """Wait for the schema, build the worker and run it; return its exit code, or 0 if stopped before.

    A database that goes away while the worker is built is waited for. `facts` are logged with the start. Raises
    `BadConfiguration`.
    """
    logging.configure(name, level=shared.log_level, style=shared.log_format)
    stop = threading.Event()
    install_signals(stop)
    if not wait_for_schema(shared.database, stop):
        return 0
    work = built(build, stop)
    if work is None:
        return 0
    collector.settle(collector.WORKERS_YOUNG)
    log.info("worker started", extra=facts)
    return work(stop)


def built(build: Callable[[threading.Event], Work], stop: threading.Event) -> Work | None:
    """Return the worker; None if the process is to end before."""
    while not stop.is_set():
        try:
            return build(stop)
        except DatabaseAway as error:
            log.warning("the start waits for the database", extra={"why": str(error)})
            stop.wait(AGAIN_SECONDS)
    return None
