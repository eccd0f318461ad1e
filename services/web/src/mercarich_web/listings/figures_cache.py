"""Figures that cost a scan, kept for seconds: whoever looks again gets the last ones at once, and newer ones soon."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from mercarich_platform.cache import Cache
from mercarich_platform.clock import Monotonic, monotonic

Value = TypeVar("Value")

FRESH_SECONDS = 15.0
"""So old a value is as good as a new one;"""
KEPT_SECONDS = 120.0
"""up to here it is told while a newer one is fetched, and after that it is fetched first."""


class FiguresCache(Generic[Value]):
    """Calls `fetch` for a seller's id as seldom as can be. Safe for threads."""

    def __init__(self, fetch: Callable[[int], Value], now: Monotonic = monotonic) -> None:
        self._fetch = fetch
        self._now = now
        self._cache = Cache[int, Value](KEPT_SECONDS, now=now)
        self._fetching: set[int] = set()
        """Whose newer ones are on their way."""
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="figures")

    def __call__(self, user_id: int) -> Value:
        cached = self._cache.look(user_id)
        if cached is None:
            return self._load(user_id)
        if self._now() - cached.at > FRESH_SECONDS:
            self._load_soon(user_id)
        return cached.value

    def known(self, user_id: int) -> Value | None:
        """The last one, unless it would be fetched first."""
        return None if self._cache.look(user_id) is None else self(user_id)

    def forget(self, user_id: int) -> None:
        """After a change: the next look fetches."""
        self._cache.forget(user_id)

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _load(self, user_id: int) -> Value:
        return self._cache.load(user_id, lambda: self._fetch(user_id))

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
