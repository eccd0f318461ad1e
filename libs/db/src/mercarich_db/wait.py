"""Wait for the database at the start of a long-lived process, instead of crashing in a loop."""

import logging
import threading
import time

from sqlalchemy import Engine

from mercarich_db import clock, schema
from mercarich_db import engine as engines
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 2.0


def wait_for_schema(url: str, stop: threading.Event) -> bool:
    """Return True once the database has a schema that this code can use; False when `stop` was set first.

    Raises `BadConfiguration` when the address is wrong, the schema is older than the code, or this machine's clock is
    wrong.
    """
    engine = engines.create(url)
    said = False
    try:
        while not stop.is_set():
            try:
                schema.require(engine)
                clock.require_right()
                return True
            except DatabaseAway as error:
                if not said:
                    log.warning("waiting for the database", extra={"why": str(error)})
                    said = True
                stop.wait(_PAUSE_SECONDS)
    finally:
        engine.dispose()
    return False


def wait_until_usable(engine: Engine, stop: threading.Event, until: float) -> None:
    """Return once the database has a schema that this code can use; another process makes it.

    `until` is on the monotonic clock. Raises `TryAgain`, with what is missing, at that time or when `stop` is set.
    """
    said = None
    while True:
        try:
            schema.require(engine)
            return
        except (DatabaseAway, BadConfiguration) as error:
            if str(error) != said:
                said = str(error)
                log.info("waiting for the schema", extra={"why": said})
            if time.monotonic() >= until or stop.wait(_PAUSE_SECONDS):
                raise TryAgain(said) from error
