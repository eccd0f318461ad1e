"""Of a client of Kafka that is closed, no socket is left to the garbage collector, whatever it was doing."""

import socket

from kafka.net.inet import create_connection
from kafka.net.selector import NetworkSelector
from kafka.net.transport import KafkaTCPTransport

MORE_THAN_FITS = bytes(64 << 20)
"""Into the buffers of two sockets."""


def test_a_client_that_is_closed_while_its_broker_reads_nothing_leaves_no_socket() -> None:
    with socket.create_server(("127.0.0.1", 0)) as broker:
        net = NetworkSelector()
        sock = net.run(create_connection, net, "127.0.0.1", broker.getsockname()[1])
        transport = KafkaTCPTransport(net, sock)
        transport.write(MORE_THAN_FITS)
        net.poll(timeout_ms=0)
        transport.close()
        assert sock.fileno() > 0, "what is left to write is waited for"
        net.close()
        assert sock.fileno() == -1
