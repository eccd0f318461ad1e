"""uvicorn as all HTTP services run it: uvloop, bounded request heads, a shutdown that lets open requests finish.

No access log, because URLs may contain secrets. Needs the extra `http`.
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
    """Serve until SIGTERM. `config` comes from `configuration`."""
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
    """Return the configuration for an ASGI application.

    `grace_seconds` is the time for open requests at shutdown. `most_at_once` limits the connections; more get a 503.
    `trusted_proxies` are the addresses or networks, separated by commas, whose forwarded headers are trusted.
    """
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
        """Handle signals as uvicorn does, but exit with code 0 after SIGTERM instead of dying of the signal."""
        handled = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, self.handle_exit) for number in handled}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
