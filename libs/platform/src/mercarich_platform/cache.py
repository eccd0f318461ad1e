"""A cache that returns values for some seconds after they were fetched. Safe for threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar, TypeVarTuple

from mercarich_platform.clock import Monotonic, monotonic

Key = TypeVar("Key", bound=Hashable)
Keys = TypeVarTuple("Keys")
Value = TypeVar("Value")

SIZE = 10_000


@dataclass(frozen=True, slots=True)
class Cached(Generic[Value]):
    value: Value
    at: float
    """Time when it was put, in seconds of the cache's clock."""


class Cache(Generic[Key, Value]):
    """Values by key, each kept for `seconds` after its `put`; at most `size` of them, the oldest is dropped first.

    A `put` drops expired values, so that memory follows the rate of puts. With 0 seconds, nothing is kept.
    """

    def __init__(self, seconds: float, *, size: int = SIZE, now: Monotonic = monotonic) -> None:
        self._seconds = seconds
        self._size = size
        self._now = now
        self._cached: OrderedDict[Key, Cached[Value]] = OrderedDict()
        self._loads: dict[Key, set[object]] = {}
        """Running loads of each key, but those that a `forget` has outdated."""
        self._lock = threading.Lock()

    def look(self, key: Key) -> Cached[Value] | None:
        """Return the value with its time; None when there is none or it has expired."""
        with self._lock:
            cached = self._cached.get(key)
            return cached if cached is not None and self._is_fresh(cached) else None

    def get(self, key: Key) -> Value | None:
        """Return the value; None when there is none or it has expired."""
        cached = self.look(key)
        return None if cached is None else cached.value

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            self._keep(key, value)

    def forget(self, key: Key) -> None:
        """Drop the value, and the result of a `load` that is running now, which may be outdated."""
        with self._lock:
            self._loads.pop(key, None)
            self._cached.pop(key, None)

    def load(self, key: Key, fetch: Callable[[], Value]) -> Value:
        """Fetch a value, put it and return it. Raises what `fetch` raises; then the old value stays."""
        load = object()
        with self._lock:
            self._loads.setdefault(key, set()).add(load)
        try:
            value = fetch()
            with self._lock:
                if load in self._loads.get(key, ()):  # not forgotten meanwhile
                    self._keep(key, value)
            return value
        finally:
            with self._lock:
                self._end(key, load)

    def _end(self, key: Key, load: object) -> None:
        loads = self._loads.get(key, set())
        loads.discard(load)
        if not loads:
            self._loads.pop(key, None)

    def __len__(self) -> int:
        return len(self._cached)

    def _keep(self, key: Key, value: Value) -> None:
        self._cached.pop(key, None)
        self._cached[key] = Cached(value, self._now())
        while self._cached and (len(self._cached) > self._size or not self._is_fresh(self._oldest())):
            self._cached.popitem(last=False)

    def _oldest(self) -> Cached[Value]:
        return next(iter(self._cached.values()))

    def _is_fresh(self, cached: Cached[Value]) -> bool:
        return self._now() - cached.at < self._seconds


class LoadingCache(Generic[*Keys, Value]):
    """A function whose result is cached for `seconds` for equal arguments. Raises what `fetch` raises.

    Threads that miss the same value at the same time each fetch it.
    """

    def __init__(
        self, fetch: Callable[[*Keys], Value], seconds: float, *, size: int = SIZE, now: Monotonic = monotonic
    ) -> None:
        self._fetch = fetch
        self._cache = Cache[tuple[*Keys], Value](seconds, size=size, now=now)

    def __call__(self, *key: *Keys) -> Value:
        cached = self._cache.look(key)
        return self._cache.load(key, lambda: self._fetch(*key)) if cached is None else cached.value
