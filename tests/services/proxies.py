"""A proxy's application on a free port, and an upstream with given responses."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after_seconds: float = 0.0


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Upstream:
    """A stand-in for a marketplace: `answer` returns the response to each request; `asked` records the requests."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.under_way = self.most_at_once = 0
        self.url = ""

    async def __call__(self, request: Request) -> Response:
        asked = Asked(
            request.method,
            request.url.path,
            dict(request.query_params),
            dict(request.headers),
            await request.body(),
        )
        self.asked.append(asked)
        reply = self.answer(asked)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            await asyncio.sleep(reply.after_seconds)
        finally:
            self.under_way -= 1
        return Response(reply.body, reply.status, dict(reply.headers))


@contextmanager
def upstream(answer: Callable[[Asked], Reply]) -> Iterator[Upstream]:
    market = Upstream(answer)
    route = Route("/{path:path}", market.__call__, methods=["GET", "POST"])
    with serving(Starlette(routes=[route])) as market.url:
        yield market


@contextmanager
def serving(app: Starlette | FastAPI) -> Iterator[str]:
    """The address of the application, served by a thread until the end of the block."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    up = threading.Event()

    async def main() -> None:
        serving_task = asyncio.create_task(server.serve())
        while not server.started and not serving_task.done():
            await asyncio.sleep(0.01)
        up.set()
        await serving_task

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    assert up.wait(10)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
    assert not thread.is_alive()
