"""uvicorn as all HTTP services run it: uvloop, bounded request heads, a shutdown that lets open requests finish.

No access log, because URLs may contain secrets. Needs the extra `http`.
"""

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import uvicorn

from mercarich_platform import collector
from mercarich_platform.client_networks import Trusted
from mercarich_platform.forwarded_clients import ForwardedClients
from mercarich_platform.http_heads import BoundedHeads, ConnectionShares
from mercarich_platform.shutdown import Watchdog

log = logging.getLogger(__name__)


def serve(config: uvicorn.Config, listener: socket.socket, watchdog: Watchdog | None = None) -> None:
    """Serve until SIGTERM. `config` comes from `configuration`; the event loop tells the watchdog that it moves."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    collector.settle()
    log.info("listening", extra={"address": "{}:{}".format(*listener.getsockname()[:2])})
    _Server(config, watchdog or Watchdog()).run(sockets=[listener])
    log.info("ended")


def configuration(
    app: Any,
    *,
    grace_seconds: int,
    most_at_once: int | None = None,
    most_of_a_network: int | None = None,
    keep_alive_seconds: int = 5,
    trusted_proxies: str = "",
) -> uvicorn.Config:
    """Return the configuration for an ASGI application.

    `grace_seconds` is the time for open requests at shutdown. `most_at_once` limits the connections; more get a 503.
    `most_of_a_network` limits those of one network of clients (/24, /48), except of trusted proxies; more get a 429.
    `trusted_proxies` are the addresses or networks, separated by commas, whose forwarded headers are trusted.
    """
    http: Any = BoundedHeads
    if most_of_a_network is not None:
        http = partial(BoundedHeads, shares=ConnectionShares(most_of_a_network, Trusted(trusted_proxies)))
    return uvicorn.Config(
        ForwardedClients(app, trusted_proxies) if trusted_proxies else app,
        loop="uvloop",
        http=http,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=most_at_once,
        timeout_keep_alive=keep_alive_seconds,
        timeout_graceful_shutdown=grace_seconds,
    )


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, watchdog: Watchdog) -> None:
        super().__init__(config)
        self._watchdog = watchdog

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second while requests are taken."""
        self._watchdog.beat()
        return await super().on_tick(counter)

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
