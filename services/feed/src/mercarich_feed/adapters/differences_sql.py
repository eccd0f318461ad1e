"""What differs at Amazon, and how late the reads are that would find it, for the gauges."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, not_

from mercarich_db.engine import reading
from mercarich_feed.adapters.accounts_sql import account_usable
from mercarich_listings import removed_store
from mercarich_listings.differences import Difference, Standing, standing
from mercarich_listings.reads import due_since
from mercarich_platform.clock import Clock


@dataclass(frozen=True, slots=True)
class Differing:
    at: datetime
    kinds: Mapping[Difference, Standing]
    came_back: Standing
    """Deleted offers that Amazon shows, and that get a zero."""
    left_to_seller: Standing
    """Those that are left so (`CameBackAgain`)."""
    read_due_since: datetime | None
    """Of sellers with a usable account; None: no read waits."""


class SqlDifferences:
    def __init__(self, engine: Engine, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._now = now

    def now(self) -> Differing:
        now = self._now()
        usable = account_usable(now, self._retry_seconds)
        with reading(self._engine) as connection:
            zeroed = removed_store.standing(connection, None, not_(removed_store.IS_LEFT))
            left = removed_store.standing(connection, None, removed_store.IS_LEFT)
            return Differing(now, standing(connection), zeroed, left, due_since(connection, now, usable))
