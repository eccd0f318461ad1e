"""Calls under way, so that callers with the same key share one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


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
