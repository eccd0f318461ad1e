"""Short-lived state of a proxy: calls under way, and when an id was first found missing."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from mercarich_platform.clock import Monotonic, monotonic

Value = TypeVar("Value")

SECOND_LOOK_SECONDS = 60.0
"""A "not found" response without proof counts when a second look, at least this many seconds later, repeats it."""


class FirstMisses:
    """When an id was first found missing. A restart loses these times, which only delays a verdict."""

    def __init__(self, size: int = 200_000, *, now: Monotonic = monotonic) -> None:
        self._size = size
        self._now = now
        self._first: OrderedDict[str, float] = OrderedDict()

    def confirms(self, key: str) -> bool:
        """Record a miss. Return True when the first one was at least `SECOND_LOOK_SECONDS` ago."""
        first = self._first.setdefault(key, self._now())
        while len(self._first) > self._size:
            self._first.popitem(last=False)
        return self._now() - first >= SECOND_LOOK_SECONDS

    def forget(self, key: str) -> None:
        """Drop the first miss of an id, since the item was found."""
        self._first.pop(key, None)

    def __len__(self) -> int:
        return len(self._first)


class UnderWay(Generic[Value]):
    """Calls under way by key: concurrent callers with the same key share one call.

    The first caller makes the call. If that caller is cancelled, one of the others repeats the call.
    """

    def __init__(self) -> None:
        self._calls: dict[str, asyncio.Future[Value]] = {}

    async def share(self, key: str, make: Callable[[], Awaitable[Value]]) -> tuple[Value, bool]:
        """Return the value, and whether another caller's call produced it."""
        while (call := self._calls.get(key)) is not None:
            await asyncio.wait((call,))
            if not call.cancelled():
                return call.result(), True
        return await self._lead(key, make), False

    async def _lead(self, key: str, make: Callable[[], Awaitable[Value]]) -> Value:
        call: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        self._calls[key] = call
        try:
            value = await make()
            call.set_result(value)
            return value
        finally:
            del self._calls[key]
            if not call.done():
                call.cancel()
