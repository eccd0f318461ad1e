"""`ports.Numbers` over the settings that people change while the system runs, cached for a few seconds."""

from sqlalchemy import Engine

from mercarich_db import settings_store
from mercarich_db.settings_cache import settings_cache
from mercarich_platform.clock import Monotonic, monotonic


class SqlNumbers:
    def __init__(self, engine: Engine, now: Monotonic = monotonic) -> None:
        self._values = settings_cache(engine, settings_store.read, now)

    def create_daily_listings(self) -> int:
        return self._values().integer("CREATE_DAILY_LISTINGS")

    def patch_lane_listings(self) -> int:
        return self._values().integer("PATCH_LANE_LISTINGS")

    def feed_poll_seconds(self) -> int:
        return self._values().integer("FEED_POLL_SECONDS")

    def feed_stuck_seconds(self) -> int:
        return self._values().integer("FEED_STUCK_SECONDS")
