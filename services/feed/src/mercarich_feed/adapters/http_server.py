"""uvicorn, as the callback from Amazon runs it: no access log, since the addresses hold codes."""

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

log = logging.getLogger(__name__)

GRACE_SECONDS = 20
"""An answer waits for Amazon."""
MOST_AT_ONCE = 100
"""Connections; beyond them the answer is 503."""


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Answer until SIGTERM."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    log.info("listening", extra={"address": "{}:{}".format(*listener.getsockname()[:2])})
    _Server(config).run(sockets=[listener])
    log.info("ended")


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, but an asked-for end is an end with exit code 0, not a death by the signal."""
        handled = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, self.handle_exit) for number in handled}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
