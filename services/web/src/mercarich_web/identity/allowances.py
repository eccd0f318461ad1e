"""Calls that a key of the API may make, counted in memory: no call costs a write, and each replica counts alone."""

import threading
import time
from collections.abc import Callable

OF_A_SELLER = 2
"""Times a key's calls: all keys of a seller together."""
MOST = 20_000
"""Names kept before those that owe nothing are forgotten."""


class Allowances:
    """`a_minute` calls of each key, as many of them at once as fit. Safe for threads."""

    def __init__(self, a_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._a_minute = a_minute
        self._now = now
        self._free_at: dict[str, float] = {}
        """When all that a name has used is made up for: each call puts it off by its share of a minute."""
        self._lock = threading.Lock()

    def spent(self, key_hash: str) -> float:
        """Seconds until the key's next call is allowed; counts nothing."""
        with self._lock:
            return self._wait(key_hash, 60 / self._a_minute, self._now())

    def take(self, key_hash: str, user_id: int) -> float:
        """Count a call and answer 0; or count nothing and answer the seconds to wait."""
        shares = {key_hash: 60 / self._a_minute, f"seller:{user_id}": 60 / self._a_minute / OF_A_SELLER}
        with self._lock:
            now = self._now()
            wait = max(self._wait(name, share, now) for name, share in shares.items())
            if wait > 0:
                return wait
            if len(self._free_at) >= MOST:
                self._free_at = {name: at for name, at in self._free_at.items() if at > now}
            for name, share in shares.items():
                self._free_at[name] = max(now, self._free_at.get(name, now)) + share
        return 0

    def _wait(self, name: str, share: float, now: float) -> float:
        return max(0.0, self._free_at.get(name, now) + share - now - 60)
