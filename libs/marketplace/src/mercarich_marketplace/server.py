"""uvicorn, as every proxy runs it: uvloop, httptools, and a quick end."""

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from mercarich_marketplace import collector

log = logging.getLogger(__name__)

GRACE_SECONDS = 2
"""Open answers get this long at the end; a batch is cut, and its checker asks again."""


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
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    collector.settle()
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
