"""What a proxy remembers for a short while: calls under way, and the first time an id was missed."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from mercarich_platform.clock import Monotonic, monotonic

Value = TypeVar("Value")

SECOND_LOOK_SECONDS = 60.0
"""A "not here" that is no proof by itself counts when it is seen again at least this much later."""


class FirstMisses:
    """When an id was first found missing. It lives in memory: after a restart a verdict only takes longer."""

    def __init__(self, size: int = 200_000, *, now: Monotonic = monotonic) -> None:
        self._size = size
        self._now = now
        self._first: OrderedDict[str, float] = OrderedDict()

    def confirms(self, key: str) -> bool:
        """Note a miss; True when the first one was long enough ago for this to be a second look."""
        first = self._first.setdefault(key, self._now())
        while len(self._first) > self._size:
            self._first.popitem(last=False)
        return self._now() - first >= SECOND_LOOK_SECONDS

    def forget(self, key: str) -> None:
        """The id was there after all."""
        self._first.pop(key, None)

    def __len__(self) -> int:
        return len(self._first)


class UnderWay(Generic[Value]):
    """Equal keys asked at the same time share one call. The first caller makes it; if it is cancelled,
    one of the others makes it anew, so that nobody's leaving hurts another."""

    def __init__(self) -> None:
        self._calls: dict[str, asyncio.Future[Value]] = {}

    async def share(self, key: str, make: Callable[[], Awaitable[Value]]) -> tuple[Value, bool]:
        """The value, and whether it was somebody else's call."""
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
