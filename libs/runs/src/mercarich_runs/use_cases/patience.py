"""Waiting for a database that is away: a planner with the same patience in every phase, a worker to give back what it
holds."""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from mercarich_platform.clock import Monotonic
from mercarich_platform.outages import DatabaseAway

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 300.0
"""How long a planner waits for a database that is away before its process gives up, to be started again."""
AGAIN_SECONDS = 1.0

Result = TypeVar("Result")


class Interrupted(Exception):
    """The process is to end; the text says what is left. The run stays open, and the next start with the same request
    key continues it."""


def patiently(step: Callable[[], Result], stop: threading.Event, monotonic: Monotonic, **facts: object) -> Result:
    """Return the result of `step`, which is taken again while it raises `DatabaseAway`; it must be safe to repeat.

    `facts` are logged. Raises `DatabaseAway` after `PATIENCE_SECONDS`, and `Interrupted` when the process is to end
    before the database is back.
    """
    away_from: float | None = None
    while True:
        try:
            return step()
        except DatabaseAway as error:
            now = monotonic()
            if away_from is None:
                log.warning("waiting for the database", extra={**facts, "why": str(error)})
                away_from = now
            if now - away_from > PATIENCE_SECONDS:
                raise
            if stop.wait(AGAIN_SECONDS):
                raise Interrupted(f"stopped while it waited for the database: {error}") from error


def give_back(release: Callable[[], None], stop: threading.Event) -> None:
    """Call `release` until the database has taken it, or `stop` is set after a try.

    Whether the claim itself was committed is unknown when its connection broke; `release` does nothing then. Without
    it, the rows would wait for their lease, and be suspected of having ended their worker.
    """
    while True:
        try:
            release()
            return
        except DatabaseAway:
            if stop.wait(AGAIN_SECONDS):
                return
