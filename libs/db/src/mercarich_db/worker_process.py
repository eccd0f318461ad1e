"""The frame of every process that works on the database until it is told to end."""

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
"""Works until the event is set; answers the exit code."""


def run(name: str, shared: SharedSettings, build: Callable[[threading.Event], Work], **told: object) -> int:
    """Wait for the schema, build the worker and let it work; answers its exit code, 0 when told to end before.

    `told` goes into the log with the start. Raises `TryAgain` where the database goes away while it is built, and
    `BadConfiguration`.
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
    log.info("worker starts", extra=told)
    return work(stop)
