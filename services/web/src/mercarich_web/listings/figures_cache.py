"""A cache for figures that need a scan. A value is returned at once, and refreshed in the background when it is
stale. What took long is refreshed less often, so that sellers who have many offers, or a slow database, do not keep it
busy with figures alone."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from mercarich_platform.cache import Cache
from mercarich_platform.clock import Monotonic, monotonic

Value = TypeVar("Value")

FRESH_SECONDS, STALE_SECONDS = 15.0, 60.0
"""Age up to which a value is returned without refreshing it, and the age from which it is refreshed in any case."""
SHARE = 1 / 1_000
"""Between the two: the part of the time that refreshing one seller's figures may take."""
KEPT_SECONDS = 120.0
"""Age up to which a stale value is returned while it is refreshed. An older value is refreshed first."""


class FiguresCache(Generic[Value]):
    """Cache of `fetch` by seller id. Thread-safe."""

    def __init__(self, fetch: Callable[[int], Value], now: Monotonic = monotonic) -> None:
        self._fetch = fetch
        self._now = now
        self._cache = Cache[int, Value](KEPT_SECONDS, now=now)
        self._took: dict[int, float] = {}
        """Seconds that the last fetch took, by seller id."""
        self._fetching: set[int] = set()
        """Ids whose values are being refreshed."""
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="figures")

    def __call__(self, user_id: int) -> Value:
        cached = self._cache.look(user_id)
        if cached is None:
            return self._load(user_id)
        if self._now() - cached.at > self._fresh_for(user_id):
            self._load_soon(user_id)
        return cached.value

    def known(self, user_id: int) -> Value | None:
        """Return the cached value, or None when a call would have to fetch."""
        return None if self._cache.look(user_id) is None else self(user_id)

    def forget(self, user_id: int) -> None:
        """Drop the value after a change; the next call fetches."""
        self._cache.forget(user_id)

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _fresh_for(self, user_id: int) -> float:
        return min(STALE_SECONDS, max(FRESH_SECONDS, self._took.get(user_id, 0.0) / SHARE))

    def _load(self, user_id: int) -> Value:
        return self._cache.load(user_id, lambda: self._timed(user_id))

    def _timed(self, user_id: int) -> Value:
        began = self._now()
        value = self._fetch(user_id)
        self._took[user_id] = self._now() - began
        return value

    def _load_soon(self, user_id: int) -> None:
        with self._lock:
            if user_id in self._fetching:
                return
            self._fetching.add(user_id)
        self._threads.submit(self._reload, user_id)

    def _reload(self, user_id: int) -> None:
        try:
            self._load(user_id)
        finally:
            with self._lock:
                self._fetching.discard(user_id)
