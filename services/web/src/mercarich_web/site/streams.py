"""Server-sent events: a fragment of a page, again whenever it has changed."""

import asyncio
from collections.abc import AsyncIterator, Callable

from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

EVERY_SECONDS = 1.0
LIFE_SECONDS = 15.0
"""Then the browser asks again by itself: a stream never outlives a process that is to end."""

Draw = Callable[[], tuple[str, bool]]
"""Answers the fragment, and whether it is the last one."""


def stream(draw: Draw) -> StreamingResponse:
    """Each fragment as a message; `end` after the last one."""
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_events(draw), media_type="text/event-stream", headers=headers)


async def _events(draw: Draw) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    until, before = loop.time() + LIFE_SECONDS, ""
    yield "retry: 1000\n\n"
    while loop.time() < until:
        fragment, is_last = await run_in_threadpool(draw)
        if fragment != before:
            before = fragment
            yield "".join(f"data: {line}\n" for line in fragment.splitlines()) + "\n"
        if is_last:
            yield "event: end\ndata:\n\n"
            return
        await asyncio.sleep(EVERY_SECONDS)
