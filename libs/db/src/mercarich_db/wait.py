"""A long-lived process waits for its database at start, and says so, instead of dying in a circle."""

import logging
import threading

from mercarich_db import engine as engines
from mercarich_db import schema

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 2.0


def wait_for_schema(url: str, stop: threading.Event) -> bool:
    """Return True once the database answers with a schema that this code can use; False when `stop` was set first.

    Raises `BadConfiguration` when the address is wrong or the schema is older than the code.
    """
    engine = engines.create(url)
    said = False
    try:
        while not stop.is_set():
            try:
                schema.require(engine)
                return True
            except engines.DatabaseAway as error:
                if not said:
                    log.warning("waiting for the database", extra={"why": str(error)})
                    said = True
                stop.wait(_PAUSE_SECONDS)
    finally:
        engine.dispose()
    return False
