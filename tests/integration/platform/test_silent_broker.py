"""Whatever answers at the broker's port, or does not: a client that speaks TLS gives up in time and without leaks."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.services.certificates import Authority

from mercarich_platform.broker import Broker
from mercarich_platform.kafka import Topics
from mercarich_platform.outages import BrokerAway


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of something that takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_handshake_that_never_ends_is_given_up(silent: str) -> None:
    before, began = threading.active_count(), time.monotonic()

    with pytest.raises(BrokerAway, match=f"no Kafka broker answers at {silent}"):
        Topics(Broker(silent, security="SSL"))

    assert time.monotonic() - began < 60
    deadline = time.monotonic() + 30
    while threading.active_count() > before:
        assert time.monotonic() < deadline, "a thread is left"
        time.sleep(0.05)


def test_a_certificate_that_is_not_accepted_is_told(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    issued = authority.issue("server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.cert, issued.key)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_shake_hands, args=(server, context), daemon=True).start()
        address = f"127.0.0.1:{server.getsockname()[1]}"

        with pytest.raises(BrokerAway, match=f"the certificate of the Kafka broker at {address} is not accepted"):
            Topics(Broker(address, security="SSL"))


def _shake_hands(server: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:  # closed
            return
        try:
            context.wrap_socket(connection, server_side=True).close()
        except OSError:
            connection.close()
