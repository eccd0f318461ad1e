"""`ports.Numbers` over the settings that people change while the system runs, read anew every few seconds."""

import threading

from sqlalchemy import Engine

from mercarich_db import settings_store
from mercarich_db.engine import reading
from mercarich_platform.clock import Monotonic, monotonic

_FRESH_SECONDS = 5.0


class SqlNumbers:
    def __init__(self, engine: Engine, now: Monotonic = monotonic) -> None:
        self._engine = engine
        self._now = now
        self._lock = threading.Lock()
        self._values: settings_store.Values | None = None
        self._read_at = 0.0

    def patch_lane_listings(self) -> int:
        return self._integer("PATCH_LANE_LISTINGS")

    def feed_poll_seconds(self) -> int:
        return self._integer("FEED_POLL_SECONDS")

    def feed_stuck_seconds(self) -> int:
        return self._integer("FEED_STUCK_SECONDS")

    def _integer(self, key: str) -> int:
        with self._lock:
            if self._values is None or self._now() - self._read_at > _FRESH_SECONDS:
                with reading(self._engine) as connection:
                    self._values = settings_store.read(connection)
                self._read_at = self._now()
            return self._values.integer(key)
