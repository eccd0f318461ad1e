"""A cache for settings that people change while the system runs, refreshed every few seconds."""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from sqlalchemy import Connection, Engine

from mercarich_db.engine import reading
from mercarich_platform.cache import LoadingCache
from mercarich_platform.clock import Monotonic, monotonic

Keys = TypeVarTuple("Keys")
Value = TypeVar("Value")

SETTINGS_SECONDS = 5.0


def settings_cache(
    engine: Engine, read: Callable[[Connection, *Keys], Value], now: Monotonic = monotonic
) -> LoadingCache[*Keys, Value]:
    """Return a function with the arguments of `read` after the connection. It caches each result for five seconds.

    The function raises `DatabaseAway`.
    """

    def fetch(*keys: *Keys) -> Value:
        with reading(engine) as connection:
            return read(connection, *keys)

    return LoadingCache(fetch, SETTINGS_SECONDS, now=now)
