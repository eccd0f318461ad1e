"""A worker's own HTTP server: /metrics, /healthz (the loop moves) and /readyz (work can be taken)."""

import os
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from mercarich_platform.front import TryAgain

Probe = Callable[[], str | None]
"""Returns None when all is well, else the problem in one sentence."""


class HealthServer:
    """Serves until `stop`. With port 0, a free one is picked and available as `port`."""

    def __init__(self, host: str, port: int, *, healthy: Probe, ready: Probe) -> None:
        """Listen. Raises `TryAgain` when the port cannot be used."""
        try:
            self._server = ThreadingHTTPServer((host, port), _handler(healthy, ready))
        except OSError as error:
            raise TryAgain(f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}") from error
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(healthy: Probe, ready: Probe) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, CONTENT_TYPE_LATEST, generate_latest())
            elif self.path in ("/healthz", "/readyz"):
                wrong = (healthy if self.path == "/healthz" else ready)()
                self._answer(200 if wrong is None else 503, "text/plain; charset=utf-8", (wrong or "ok").encode())
            else:
                self._answer(404, "text/plain", b"not found")

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing: there is a probe every few seconds."""

    return Handler
