"""Sockets of connections to Kafka that nobody closes, closed at once.

kafka-python leaves a socket to the garbage collector whose connection is refused, is under way when its client is
closed, or has bytes to write then. Its warning would come in whichever test runs then, and one about a socket of ours
would not be seen among them.
"""

import socket
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from kafka.net.inet import KafkaNetSocket
from kafka.net.selector import NetworkSelector
from kafka.net.transport import KafkaTCPTransport

_connect = KafkaNetSocket.sock_connect
_open = KafkaTCPTransport.__init__
_close = NetworkSelector.close
_transports: WeakKeyDictionary[NetworkSelector, WeakSet[KafkaTCPTransport]] = WeakKeyDictionary()
"""The connections of each loop, with TLS and without."""


async def _connect_or_close(
    kind: KafkaNetSocket, net: Any, sock: socket.socket, sockaddr: Any, timeout_at: float | None = None
) -> socket.socket:
    connected = None
    try:
        connected = await _connect(kind, net, sock, sockaddr, timeout_at=timeout_at)
        return connected
    finally:
        if connected is None:
            sock.close()


def _remember(transport: KafkaTCPTransport, net: NetworkSelector, sock: socket.socket, host: str | None = None) -> None:
    _open(transport, net, sock, host=host)
    _transports.setdefault(net, WeakSet()).add(transport)


def _close_with_transports(net: NetworkSelector) -> None:
    _close(net)
    for transport in list(_transports.pop(net, ())):
        if transport._sock is not None:
            transport._sock.close()


def close_unused() -> None:
    """Let kafka-python close such sockets, in this process from now on."""
    KafkaNetSocket.sock_connect = _connect_or_close
    KafkaTCPTransport.__init__ = _remember
    NetworkSelector.close = _close_with_transports
