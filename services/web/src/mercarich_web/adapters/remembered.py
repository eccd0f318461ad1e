"""Figures that cost a scan, kept for seconds: whoever looks again gets the last ones at once, and newer ones soon."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")

FRESH_SECONDS = 15.0
"""So old a value is as good as a new one;"""
KEPT_SECONDS = 120.0
"""up to here it is told while a newer one is fetched, and after that it is fetched first."""
MOST = 10_000


@dataclass(slots=True)
class _Kept(Generic[Value]):
    value: Value
    at: float
    wanted: bool = False
    """A newer one is on its way."""


class Remembered(Generic[Value]):
    """Calls `fetch` for a seller's id as seldom as can be. Safe for threads."""

    def __init__(self, fetch: Callable[[int], Value], now: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._now = now
        self._kept: dict[int, _Kept[Value]] = {}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="figures")

    def __call__(self, user_id: int) -> Value:
        with self._lock:
            kept = self._kept.get(user_id)
            age = self._now() - kept.at if kept is not None else KEPT_SECONDS
            refresh = kept is not None and FRESH_SECONDS < age < KEPT_SECONDS and not kept.wanted
            if kept is not None and refresh:
                kept.wanted = True
        if kept is None or age >= KEPT_SECONDS:
            return self._fetched(user_id)
        if refresh:
            self._threads.submit(self._refresh, user_id)
        return kept.value

    def known(self, user_id: int) -> Value | None:
        """The last one, unless it would be fetched first."""
        with self._lock:
            kept = self._kept.get(user_id)
            if kept is None or self._now() - kept.at >= KEPT_SECONDS:
                return None
        return self(user_id)

    def forget(self, user_id: int) -> None:
        """After a change: the next look fetches."""
        with self._lock:
            self._kept.pop(user_id, None)

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _refresh(self, user_id: int) -> None:
        try:
            self._fetched(user_id)
        finally:
            with self._lock:
                kept = self._kept.get(user_id)
                if kept is not None:
                    kept.wanted = False

    def _fetched(self, user_id: int) -> Value:
        value = self._fetch(user_id)
        with self._lock:
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[user_id] = _Kept(value, self._now())
        return value
