"""An HTTP server whose responses trickle."""

import select
import socket
import threading
from contextlib import suppress

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 600\r\nX-Long: " + b"h" * 600 + b"\r\n\r\n"
BODY = b"b" * 600
BYTE_SECONDS = 0.05
"""Seconds between two bytes that trickle: head and body take half a minute each."""
SILENCE_SECONDS = 30.0


class TricklingServer:
    """Sends `at_once`, then `trickle` byte by byte, then nothing for a time, then the rest; all as long as the client
    stays."""

    def __init__(self) -> None:
        self.at_once, self.trickle = HEAD + BODY, b""
        self.rest_seconds = SILENCE_SECONDS
        self.sent = 0
        """Bytes of the latest response."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def end(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(60)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # `end`
                return
            with connection, suppress(OSError):  # the client has left
                while connection.recv(65_536):
                    self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        self.sent = 0
        rest = (HEAD + BODY)[len(self.at_once) + len(self.trickle) :]
        pieces = [
            (self.at_once, 0.0),
            *((bytes([byte]), BYTE_SECONDS) for byte in self.trickle),
            (rest, self.rest_seconds),
        ]
        for piece, seconds in pieces:
            if piece:
                if seconds and select.select([connection], [], [], seconds)[0]:
                    return
                connection.sendall(piece)
                self.sent += len(piece)
