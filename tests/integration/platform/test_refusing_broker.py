"""What a broker says before it closes a connection is read, with TLS and without: it is why it refuses us."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka.net.inet import create_connection
from kafka.net.selector import NetworkSelector
from tests.services.certificates import Authority

from mercarich_platform.kafka.driver import PlainTransport, TlsTransport

SAID = b"the user is refused"
Secure = Callable[[socket.socket], socket.socket]


class Heard:
    """The client's side of a connection."""

    _sensors = None

    def __init__(self) -> None:
        self.data = b""
        self.lost = False

    def data_received(self, data: bytes) -> None:
        self.data += data

    def connection_lost(self, _error: BaseException | None) -> None:
        self.lost = True


@pytest.mark.parametrize("with_tls", [False, True])
def test_what_comes_together_with_the_end_of_a_connection_is_heard(tmp_path: Path, with_tls: bool) -> None:
    authority = Authority(tmp_path)
    net, heard = NetworkSelector(), Heard()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        broker = threading.Thread(target=_say_and_close, args=(listening, _secured(authority) if with_tls else None))
        broker.start()
        sock = net.run(create_connection, net, "127.0.0.1", listening.getsockname()[1])
        here = "127.0.0.1"
        transport = (
            TlsTransport(net, sock, here, ssl_cafile=str(authority.cert)) if with_tls else PlainTransport(net, sock)
        )
        net.run(transport.handshake)
        broker.join(30)

    transport.set_protocol(heard)
    transport.resume_reading()
    until = time.monotonic() + 30
    while not heard.lost and time.monotonic() < until:
        net.poll(timeout_ms=100)
    net.close()

    assert (heard.data, heard.lost) == (SAID, True)


def _secured(authority: Authority) -> Secure:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued = authority.issue("broker")
    context.load_cert_chain(issued.cert, issued.key)
    return lambda accepted: context.wrap_socket(accepted, server_side=True)


def _say_and_close(listening: socket.socket, secure: Secure | None) -> None:
    accepted, _ = listening.accept()
    with secure(accepted) if secure else accepted as connection:
        connection.sendall(SAID)
