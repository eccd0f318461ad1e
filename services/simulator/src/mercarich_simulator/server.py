"""The uvicorn server of the simulator: one process, its transport within reach of a reply."""

import asyncio
import signal
import sys
from types import FrameType

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mercarich_simulator.web import Application


class _OpenProtocol(HttpToolsProtocol):
    """Puts the transport into the scope's state, so that a reply can cut its own connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def run(application: Application, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT, then exit 0. A port in use ends the process with uvicorn's message and code 3."""
    # After shutdown, uvicorn raises the signal once more: `_leave` handles it then.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _leave)
    uvicorn.run(
        application,
        host=host,
        port=port,
        loop="uvloop",
        http=_OpenProtocol,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        lifespan="on",
        timeout_graceful_shutdown=3,
        backlog=4096,
    )


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
