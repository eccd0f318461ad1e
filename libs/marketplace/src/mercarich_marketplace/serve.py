"""Run a proxy's application as one process: uvloop, httptools, JSON logs, and a quick shutdown at SIGTERM."""

import argparse
import importlib
import logging
import os
import socket
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mercarich_contracts.sites import Site
from mercarich_platform import logging as platform_logging
from mercarich_platform.exit_codes import BAD_CONFIGURATION, DONE, TRY_AGAIN
from mercarich_platform.settings import BadConfiguration, SharedSettings, load

if TYPE_CHECKING:
    from fastapi import FastAPI

    from mercarich_marketplace.assembly import Proxy
    from mercarich_marketplace.settings import ProxySettings

log = logging.getLogger(__name__)

GRACE_SECONDS = 2
"""Time that open responses get at shutdown. A longer batch is cut off, and its checker repeats the request."""


def process(site: Site, root: str) -> Callable[..., int]:
    """Return `main` of the proxy of `site`; `root` names the module whose `PROXY` is the `assembly.Proxy`."""

    def build() -> "FastAPI":
        proxy: Proxy[ProxySettings] = importlib.import_module(root).PROXY  # loads drivers, which `--help` does not need
        return proxy.build()

    def main(argv: Sequence[str] | None = None) -> int:
        return _main(site.proxy, site.proxy_port, build, argv)

    return main


def _main(name: str, port: int, build: "Callable[[], FastAPI]", argv: Sequence[str] | None) -> int:
    """`NAME serve [--host H] [--port P]`; returns the exit code: 0 done, 75 port in use, 78 bad settings."""
    arguments = _parser(name, port).parse_args(argv)
    try:
        shared = load(SharedSettings)
        platform_logging.configure(name, level=shared.log_level, style=shared.log_format)
        app = build()
        from mercarich_platform.http_server import configuration, serve  # loads drivers, which `--help` does not need
    except BadConfiguration as error:
        _say(f"{name}: {error}")
        return BAD_CONFIGURATION
    try:
        listener = _listen(arguments.host, arguments.port)
    except OSError as error:
        _say(f"{name}: cannot listen on {arguments.host}:{arguments.port}: {_why(error)}")
        return TRY_AGAIN
    serve(configuration(app, grace_seconds=GRACE_SECONDS), listener)
    return DONE


def _parser(name: str, port: int) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"mercarich-{name}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the proxy's HTTP contract until SIGTERM")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    serve.add_argument("--port", type=_port, default=port, help="port; 0 picks one (default %(default)s)")
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")
    return int(text)


def _listen(host: str, port: int) -> socket.socket:
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    return socket.create_server(address[:2], family=family, backlog=1024)


def _why(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201
