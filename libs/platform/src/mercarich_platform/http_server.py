"""uvicorn, as every service that answers HTTP runs it: uvloop, bounded heads, an end that lets answers finish.

No access log: addresses hold what no log may tell. Needs the extra `http`.
"""

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from mercarich_platform import collector
from mercarich_platform.http_heads import BoundedHeads

log = logging.getLogger(__name__)


def serve(config: uvicorn.Config, listener: socket.socket) -> None:
    """Answer until SIGTERM as a `configuration` says."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    collector.settle()
    log.info("listening", extra={"address": "{}:{}".format(*listener.getsockname()[:2])})
    _Server(config).run(sockets=[listener])
    log.info("ended")


def configuration(
    app: Any,
    *,
    grace_seconds: int,
    most_at_once: int | None = None,
    keep_alive_seconds: int = 5,
    trusted_proxies: str = "",
) -> uvicorn.Config:
    """Of an ASGI application. `grace_seconds`: what open answers get at the end. `most_at_once`: connections; beyond
    them the answer is 503. `trusted_proxies`: whose forwarded headers are believed: addresses or networks, by
    commas."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=BoundedHeads,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies,
        limit_concurrency=most_at_once,
        timeout_keep_alive=keep_alive_seconds,
        timeout_graceful_shutdown=grace_seconds,
    )


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
