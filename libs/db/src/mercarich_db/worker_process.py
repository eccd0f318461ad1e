"""Runs a long-lived process that uses the database: logging, signals, waiting for the schema."""

import logging as log_lines
import threading
from collections.abc import Callable

from mercarich_db.wait import wait_for_schema
from mercarich_platform import collector, logging
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import SharedSettings
from mercarich_platform.shutdown import install_signals

log = log_lines.getLogger(__name__)

Work = Callable[[threading.Event], int]
"""Works until the event is set; returns the exit code."""


def run(name: str, shared: SharedSettings, build: Callable[[threading.Event], Work], **facts: object) -> int:
    """Wait for the schema, build the worker and run it; return its exit code, or 0 if stopped before.

    `facts` are logged with the start. Raises `BadConfiguration`, and `TryAgain` when the database goes away while the
    worker is built.
    """
    logging.configure(name, level=shared.log_level, style=shared.log_format)
    stop = threading.Event()
    install_signals(stop)
    if not wait_for_schema(shared.database, stop):
        return 0
    try:
        work = build(stop)
    except DatabaseAway as error:
        raise TryAgain(str(error)) from error
    collector.settle(collector.WORKERS_YOUNG)
    log.info("worker started", extra=facts)
    return work(stop)
