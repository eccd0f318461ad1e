"""Rate limits of API keys, counted in memory: a call costs no write, and each replica counts alone."""

import threading
import time
from collections.abc import Callable

OF_A_SELLER = 2
"""Limit of all keys of a seller together, as a multiple of one key's limit."""
MOST = 20_000
"""Names kept in memory before those with a full allowance are dropped."""


class Allowances:
    """A limit of `a_minute` calls a minute for each key, with bursts of the same size. Thread-safe."""

    def __init__(self, a_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._a_minute = a_minute
        self._now = now
        self._free_at: dict[str, float] = {}
        """Time at which a name has its full allowance again; each call moves it forward by the call's share of a
        minute."""
        self._lock = threading.Lock()

    def spent(self, key_hash: str) -> float:
        """Return the seconds until the key's next call is allowed, without counting a call."""
        with self._lock:
            return self._wait(key_hash, 60 / self._a_minute, self._now())

    def take(self, key_hash: str, user_id: int) -> float:
        """Count a call and return 0; or count nothing and return the seconds to wait."""
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
