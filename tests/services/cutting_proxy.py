"""A TCP proxy before MariaDB that cuts connections at their COMMIT: before it arrives, or before its answer does."""

import random
import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum

COMMIT = b"\x03COMMIT"
"""A packet of MariaDB's protocol after its four bytes of length and number: COM_QUERY and its text."""
HEAD = 4
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: the end of the connection is an RST."""


class Cut(StrEnum):
    BEFORE = "before"
    """The server never sees the COMMIT, and rolls back."""
    AFTER = "after"
    """The server has committed, and nobody hears of it."""


class CuttingProxy:
    """Cuts a `share` of all COMMITs while `cut` is not None. It understands connections without TLS."""

    def __init__(self, target: int, *, share: float) -> None:
        self.cut: Cut | None = None
        self.commits = self.cuts = 0
        self._target = target
        self._share = share
        self._draw = random.Random(42)
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port: int = self._listening.getsockname()[1]

    def serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._connected, args=(client,), daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _connected(self, client: socket.socket) -> None:
        with closing(client), closing(socket.create_connection(("127.0.0.1", self._target))) as server:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            try:
                while self._passed_on(client, server):
                    pass
            except OSError:
                return

    def _passed_on(self, client: socket.socket, server: socket.socket) -> bool:
        """Pass on what has come; return False at the end of the connection, or to cut it."""
        ready, _, _ = select.select([client, server], [], [])
        for source, sink in ((client, server), (server, client)):
            if source not in ready:
                continue
            data = source.recv(1 << 16)
            if not data:
                return False
            cut = self._drawn() if source is client and data[HEAD:].upper() == COMMIT else None
            if cut is not Cut.BEFORE:
                sink.sendall(data)
            if cut is Cut.AFTER:
                server.recv(1 << 16)
            if cut is not None:
                return False
        return True

    def _drawn(self) -> Cut | None:
        with self._lock:
            self.commits += 1
            if self.cut is None or self._draw.random() >= self._share:
                return None
            self.cuts += 1
            return self.cut


@contextmanager
def cutting(target: int, *, share: float) -> Iterator[CuttingProxy]:
    """A proxy before the port `target` of this machine, until the end of the block."""
    proxy = CuttingProxy(target, share=share)
    serving = threading.Thread(target=proxy.serve, daemon=True)
    serving.start()
    try:
        yield proxy
    finally:
        proxy.close()
        serving.join()
