"""A response is whole in time or given up, although each of its reads ends in time."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from mercarich_platform import whole_responses

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 600\r\nX-Long: " + b"h" * 600 + b"\r\n\r\n"
BODY = b"b" * 600
BYTE_SECONDS = 0.05
"""Seconds between two bytes that trickle: head and body take half a minute each."""
SILENCE_SECONDS = 30.0


class Server:
    """Sends `at_once`, then `trickle` byte by byte, then nothing for a time, then the rest; all as long as the client
    stays."""

    def __init__(self) -> None:
        self.at_once, self.trickle = HEAD + BODY, b""
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
            (rest, SILENCE_SECONDS),
        ]
        for piece, seconds in pieces:
            if piece:
                if seconds and select.select([connection], [], [], seconds)[0]:
                    return
                connection.sendall(piece)
                self.sent += len(piece)


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.end()


@pytest.mark.parametrize(
    ("at_once", "trickle", "awaited"),
    [
        (b"", HEAD + BODY, HEAD),
        (HEAD, BODY, HEAD + BODY),
        (b"", b"", HEAD),
        (HEAD[:20], b"", HEAD),
        (HEAD + BODY[:20], b"", HEAD + BODY),
    ],
    ids=["the head trickles", "the body trickles", "nothing comes", "half a head comes", "half a body comes"],
)
def test_a_response_that_is_not_whole_in_time_is_given_up_in_time(
    server: Server, at_once: bytes, trickle: bytes, awaited: bytes
) -> None:
    server.at_once, server.trickle = at_once, trickle
    with whole_responses.client(1.0, silence_seconds=60) as http:
        with pytest.raises(httpx.ReadTimeout):
            http.get(server.url)
        assert server.sent < len(awaited)


def test_a_response_that_is_whole_in_time_is_passed_on_and_so_is_the_next_one(server: Server) -> None:
    with whole_responses.client(60) as http:
        assert [http.get(server.url).content for _ in range(3)] == [BODY] * 3


def test_a_response_of_the_same_connection_has_a_time_of_its_own(server: Server) -> None:
    with whole_responses.client(5.0, silence_seconds=60) as http:
        assert http.get(server.url).content == BODY
        server.at_once = HEAD
        with pytest.raises(httpx.ReadTimeout):
            http.get(server.url)
        server.at_once = HEAD + BODY
        assert http.get(server.url).content == BODY
