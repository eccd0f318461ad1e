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

_connect = KafkaNetSocket.sock_connect
_close = NetworkSelector.close
_opened: WeakKeyDictionary[NetworkSelector, WeakSet[socket.socket]] = WeakKeyDictionary()
"""The sockets of each open loop."""


async def _connect_or_close(
    kind: KafkaNetSocket, net: Any, sock: socket.socket, sockaddr: Any, timeout_at: float | None = None
) -> socket.socket:
    connected = None
    _opened.setdefault(net, WeakSet()).add(sock)
    try:
        connected = await _connect(kind, net, sock, sockaddr, timeout_at=timeout_at)
        return connected
    finally:
        if connected is None:
            sock.close()


def _close_with_sockets(net: NetworkSelector) -> None:
    _close(net)
    for sock in list(_opened.pop(net, ())):
        sock.close()


def close_unused() -> None:
    """Let kafka-python close such sockets, in this process from now on."""
    KafkaNetSocket.sock_connect = _connect_or_close
    NetworkSelector.close = _close_with_sockets
