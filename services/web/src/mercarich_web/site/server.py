"""uvicorn, as the pages run it: uvloop, httptools, and an end that lets answers finish."""

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

log = logging.getLogger(__name__)

GRACE_SECONDS = 20
MOST_AT_ONCE = 400
"""Requests in work and open streams; beyond them the answer is 503."""


def serve(app: FastAPI, listener: socket.socket, *, trusted_proxies: str) -> None:
    """Answer until SIGTERM. Whom the forwarded headers are believed from: addresses or networks, by commas."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies,
        limit_concurrency=MOST_AT_ONCE,
        timeout_keep_alive=30,
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
