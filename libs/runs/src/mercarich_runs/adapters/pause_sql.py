"""Pauses of a marketplace for its workers: a cached switch, a handler and a tick that respect it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from mercarich_contracts.market import Marketplace
from mercarich_db import settings_store
from mercarich_db.engine import reading
from mercarich_platform.cache import LoadingCache
from mercarich_platform.clock import Monotonic, monotonic
from mercarich_platform.kafka import Record
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.worker import NotNow

LOOK_SECONDS = 1.0
AGAIN_SECONDS = 2.0


def pause_switch(engine: Engine, marketplace: Marketplace, now: Monotonic = monotonic) -> Callable[[], bool]:
    """Return a function that tells whether the marketplace is paused, from a cache of one second.

    While the database is away, it returns False.
    """

    def is_paused() -> bool:
        try:
            with reading(engine) as connection:
                return settings_store.is_paused(connection, marketplace)
        except DatabaseAway:
            return False

    return LoadingCache(is_paused, LOOK_SECONDS, now=now)


@dataclass(frozen=True, slots=True)
class RestsWhilePaused:
    """A handler that keeps its record until the pause is over."""

    is_paused: Callable[[], bool]
    handle: Callable[[Record, threading.Event], None]

    def __call__(self, record: Record, stop: threading.Event) -> None:
        if self.is_paused():
            raise NotNow("the marketplace is paused", AGAIN_SECONDS)
        self.handle(record, stop)


@dataclass(frozen=True, slots=True)
class SkipsWhilePaused:
    """A tick that does nothing during the pause, since the work that it requests would only wait."""

    is_paused: Callable[[], bool]
    tick: Callable[[], None]

    def __call__(self) -> None:
        if not self.is_paused():
            self.tick()
