"""A connection to Kafka that nobody gets leaves no socket behind, so that tests see a warning about one of ours."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from kafka.errors import KafkaConnectionError
from kafka.net.inet import KafkaNetSocket


class Waiting:
    """Awaits for ever."""

    def __await__(self) -> Iterator[None]:
        yield


def wait_write(*_: Any, **__: Any) -> Waiting:
    return Waiting()


def answering(error: int) -> KafkaNetSocket:
    """Return a maker of sockets whose connections give this error number."""
    kind = KafkaNetSocket()
    kind.connect_ex = lambda _sock, _address: error
    return kind


@pytest.fixture
def sock() -> Iterator[socket.socket]:
    with socket.socket() as one:
        yield one


def test_the_socket_of_a_client_that_was_closed_while_it_connected_is_closed(sock: socket.socket) -> None:
    connecting = answering(115).sock_connect(SimpleNamespace(wait_write=wait_write), sock, ("", 0))
    connecting.send(None)
    assert sock.fileno() >= 0
    connecting.close()
    assert sock.fileno() == -1


def test_the_socket_of_a_refused_connection_is_closed(sock: socket.socket) -> None:
    with pytest.raises(KafkaConnectionError):
        answering(111).sock_connect(None, sock, ("", 0)).send(None)
    assert sock.fileno() == -1


def test_a_connection_that_was_made_stays_open(sock: socket.socket) -> None:
    with pytest.raises(StopIteration) as made:
        answering(0).sock_connect(None, sock, ("", 0)).send(None)
    assert made.value.value is sock
    assert sock.fileno() >= 0
