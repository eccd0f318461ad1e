"""Server-sent events: a fragment of a page, sent again whenever its content has changed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

from mercarich_web.site.shares import EventStream

Value = TypeVar("Value")

EVERY_SECONDS = 1.0
LIFE_SECONDS = 15.0
"""Longest life of a stream; then the browser reconnects. No stream outlives a process that is to end, and lives vary a
little, so that streams that began together do not all reconnect together."""


class Followed(Generic[Value]):
    """Streams of one kind of object. All open streams share one query per second, so that open pages cost almost
    nothing while nothing changes."""

    def __init__(self, look: Callable[[Collection[int]], Mapping[int, Value]]) -> None:
        self._look = look
        self._wanted: set[int] = set()
        self._coming: asyncio.Task[Mapping[int, Value]] | None = None

    def stream(self, of: int, draw: Callable[[Value], str], is_last: Callable[[Value], bool]) -> EventStream:
        """Send each fragment as a message, and `end` after the last one or when the object no longer exists."""
        headers = {"X-Accel-Buffering": "no"}
        return EventStream(self._events(of, draw, is_last), media_type="text/event-stream", headers=headers)

    async def _events(
        self, of: int, draw: Callable[[Value], str], is_last: Callable[[Value], bool]
    ) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        until, before = loop.time() + LIFE_SECONDS * (1 - of % 41 / 100), None
        told = ""
        yield "retry: 1000\n\n"
        while loop.time() < until:
            value = await self._next(of)
            if value is not None and value != before:
                before = value
                fragment = await run_in_threadpool(draw, value)
                if fragment != told:  # The object may have changed in ways that its fragment does not show.
                    told = fragment
                    yield "".join(f"data: {line}\n" for line in fragment.splitlines()) + "\n"
            if value is None or is_last(value):
                yield "event: end\ndata:\n\n"
                return

    async def _next(self, of: int) -> Value | None:
        self._wanted.add(of)
        if self._coming is None:
            self._coming = asyncio.create_task(self._look_soon())
        return (await asyncio.shield(self._coming)).get(of)

    async def _look_soon(self) -> Mapping[int, Value]:
        await asyncio.sleep(EVERY_SECONDS)
        wanted, self._wanted, self._coming = self._wanted, set(), None
        return await run_in_threadpool(self._look, wanted)
